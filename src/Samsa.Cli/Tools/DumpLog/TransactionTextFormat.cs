using System.Globalization;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>The records of <c>__transaction_state</c> as 3.9 prints them.</summary>
internal sealed class TransactionTextFormat : IRecordFormat
{
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

    private static string Partitions(TransactionLogValue value)
    {
        List<(string Name, int Hash)> partitions = [];
        foreach (var topic in value.TransactionPartitions ?? [])
        {
            foreach (int partition in topic.PartitionIds.Where(p => !partitions.Exists(q => q.Name == $"{topic.Topic}-{p}")))
                partitions.Add(($"{topic.Topic}-{partition}", JavaHash(topic.Topic, partition)));
        }

        // 3.9 keeps them in a hash set: its order is the one that is printed.
        int buckets = 16;
        while (partitions.Count >= buckets * 3 / 4)
            buckets *= 2;
        return string.Join(',', partitions.OrderBy(p => p.Hash & (buckets - 1)).ThenBy(p => p.Hash).Select(p => p.Name));
    }

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
