using System.Globalization;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>The records of <c>__transaction_state</c> as 3.9 prints them.</summary>
internal sealed class TransactionTextFormat : IRecordFormat
{
    private const int FewestBuckets = 16;
    private const int LargestSmallSet = 4;

    private static readonly string[] States =
        ["Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort", "Dead", "PrepareEpochFence"];

    public (string? Key, string? Payload) Format(in RecordView record)
    {
        if (CoordinatorJson.Prefix(record.Key) is not { } type)
            throw new ToolException($"the key at offset {record.Offset} has too few bytes for a record of __transaction_state");
        if (type != 0)
            return ($"unknown::version={type}", null);
        try
        {
            var key = CoordinatorJson.Read(new TransactionLogKey(), record.Key, out _);
            string keyText = "transaction_metadata::transactionalId=" + key.TransactionalId;
            if (record.Value.IsNull)
                return (keyText, CoordinatorJson.Deleted);
            var value = CoordinatorJson.Read(new TransactionLogValue(), record.Value, out _);
            string state = value.TransactionStatus >= 0 && value.TransactionStatus < States.Length
                ? States[value.TransactionStatus]
                : throw new ToolException($"the record at offset {record.Offset} names the state {value.TransactionStatus}, which does not exist");
            return (keyText, string.Create(
                CultureInfo.InvariantCulture,
                $"producerId:{value.ProducerId},producerEpoch:{value.ProducerEpoch},state={state},partitions=[{Partitions(value)}],"
                + $"txnLastUpdateTimestamp={value.TransactionLastUpdateTimestampMs},txnTimeoutMs={value.TransactionTimeoutMs}"));
        }
        catch (Exception e) when (e is ProtocolViolationException or UnsupportedVersionException)
        {
            throw new ToolException($"the record at offset {record.Offset} is no record of __transaction_state. {e.Message}");
        }
    }

    /// <summary>
    /// 3.9 keeps the partitions in one of Scala's hash sets: its order is the one that is printed. The number of buckets depends on how
    /// they were added, a topic at a time.
    /// </summary>
    private static string Partitions(TransactionLogValue value)
    {
        Dictionary<string, int> hashes = new(StringComparer.Ordinal);
        int buckets = FewestBuckets;
        foreach (var topic in value.TransactionPartitions ?? [])
        {
            var added = topic.PartitionIds.Distinct().ToList();
            buckets = Math.Max(buckets, BucketsFor(added.Count));
            foreach (int partition in added)
            {
                // A set of five or more is taken over as it is, without a look at the load.
                if (added.Count <= LargestSmallSet && hashes.Count + 1 >= buckets * 3 / 4)
                    buckets *= 2;
                hashes.TryAdd($"{topic.Topic}-{partition}", JavaHash(topic.Topic, partition));
            }
        }

        return string.Join(',', hashes.OrderBy(p => p.Value & (buckets - 1)).ThenBy(p => p.Value).Select(p => p.Key));
    }

    /// <summary>The power of two that holds so many at a load of three quarters.</summary>
    private static int BucketsFor(int count) =>
        (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max((count + 1) * 4 / 3, 5));

    private static int JavaHash(string topic, int partition)
    {
        unchecked
        {
            int text = 0;
            foreach (char letter in topic)
                text = 31 * text + letter;
            int hash = 31 * (31 + partition) + text;
            return hash ^ (hash >>> 16);
        }
    }
}
