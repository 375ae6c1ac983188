using System.Text;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;

namespace Samsa.UnitTests.Client.Producer;

/// <summary>
/// The partitions of a scripted cluster as a broker keeps them: batches are appended by Kafka's rules for idempotent producers (the last five
/// batches are remembered, sequences have no gaps, a new epoch begins at 0).
/// </summary>
internal sealed class ScriptedLog
{
    private const int Remembered = 5;

    private readonly Lock _gate = new();

    /// <summary>Whether the first batch of a producer may have any sequence, as brokers since Kafka 2.5 take it.</summary>
    public bool TakesAnyFirst { get; set; }

    private readonly Dictionary<int, List<StoredRecord>> _records = [];
    private readonly Dictionary<int, List<StoredBatch>> _batches = [];

    /// <summary>What was appended to a partition, in order.</summary>
    public List<StoredRecord> Records(int partition)
    {
        lock (_gate)
        {
            return [.. _records.GetValueOrDefault(partition, [])];
        }
    }

    /// <summary>The values that were appended to a partition, as text.</summary>
    public List<string> Values(int partition) => [.. Records(partition).Select(r => r.Value ?? "<null>")];

    /// <summary>The batches that were appended to a partition, as the producer numbered them.</summary>
    public List<StoredBatch> Batches(int partition)
    {
        lock (_gate)
        {
            return [.. _batches.GetValueOrDefault(partition, [])];
        }
    }

    /// <summary>Forgets the producers, as a broker does when their records are gone; the records stay visible here.</summary>
    public void ForgetProducers(int partition)
    {
        lock (_gate)
        {
            _batches.Remove(partition);
        }
    }

    /// <summary>Appends what a request holds and answers it; a partition for which <paramref name="error"/> gives a code gets that instead.</summary>
    public ProduceResponse Answer(ProduceRequest request, Func<int, ErrorCode>? error = null) => new()
    {
        Responses =
        [
            .. request.TopicData.Select(topic => new ProduceResponse.TopicProduceResponse
            {
                Name = topic.Name,
                PartitionResponses =
                [
                    .. topic.PartitionData.Select(partition =>
                    {
                        var code = error?.Invoke(partition.Index) ?? ErrorCode.None;
                        var (result, offset) = code == ErrorCode.None ? Append(partition.Index, partition.Records.ToArray()) : (code, -1);
                        return new ProduceResponse.PartitionProduceResponse { Index = partition.Index, ErrorCode = result, BaseOffset = offset };
                    }),
                ],
            }),
        ],
    };

    /// <summary>Appends one batch.</summary>
    public (ErrorCode Error, long BaseOffset) Append(int partition, byte[] batch)
    {
        using var reader = new RecordReader();
        var header = new RecordBatchHeader(batch);
        Assert(RecordBatch.IsCrcValid(batch), "the checksum is wrong");
        lock (_gate)
        {
            var log = _records.TryGetValue(partition, out var known) ? known : _records[partition] = [];
            var batches = _batches.TryGetValue(partition, out var stored) ? stored : _batches[partition] = [];
            var offset = log.Count;
            var added = new StoredBatch(header.ProducerId, header.ProducerEpoch, header.BaseSequence, header.RecordCount, offset);
            if (header.ProducerId >= 0)
            {
                var recent = batches.Where(b => b.ProducerId == added.ProducerId).TakeLast(Remembered).ToList();
                var last = recent.LastOrDefault();
                if (recent.Find(b => b.Epoch == added.Epoch && b.Sequence == added.Sequence && b.Count == added.Count) is { } duplicate)
                {
                    return (ErrorCode.None, duplicate.Offset);
                }

                if (last is null ? added.Sequence != 0 && !TakesAnyFirst : added.Epoch > last.Epoch && added.Sequence != 0)
                {
                    return (last is null ? ErrorCode.UnknownProducerId : ErrorCode.OutOfOrderSequenceNumber, -1);
                }

                if (last is not null && added.Epoch < last.Epoch)
                {
                    return (ErrorCode.InvalidProducerEpoch, -1);
                }

                if (last is not null && added.Epoch == last.Epoch && added.Sequence != last.Sequence + last.Count)
                {
                    return (ErrorCode.OutOfOrderSequenceNumber, -1);
                }
            }

            batches.Add(added);
            foreach (var record in reader.Read(batch))
            {
                log.Add(new StoredRecord(
                    record.Key.IsNull ? null : Encoding.UTF8.GetString(record.Key.Span),
                    record.Value.IsNull ? null : Encoding.UTF8.GetString(record.Value.Span),
                    record.Timestamp,
                    record.Headers.Count));
            }

            return (ErrorCode.None, offset);
        }
    }

    private static void Assert(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }

    internal sealed record StoredRecord(string? Key, string? Value, long Timestamp, int Headers);

    internal sealed record StoredBatch(long ProducerId, short Epoch, int Sequence, int Count, long Offset);
}
