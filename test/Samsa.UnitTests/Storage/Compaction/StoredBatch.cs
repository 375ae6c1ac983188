using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.UnitTests.Storage.Compaction;

/// <summary>A batch as it is in a log, read to the end.</summary>
internal sealed record StoredBatch(
    sbyte Magic, long BaseOffset, long LastOffset, bool IsControl, long ProducerId, int BaseSequence, int LastSequence,
    CompressionType Compression, long? DeleteHorizonMs, long MaxTimestamp, IReadOnlyList<(long Offset, string? Key, string? Value)> Records)
{
    /// <summary>The whole batches in <paramref name="bytes"/>; throws for unsound ones.</summary>
    public static List<StoredBatch> Parse(ReadOnlySpan<byte> bytes)
    {
        var batches = new List<StoredBatch>();
        using var reader = new RecordReader();
        foreach (var batch in new RecordBatchEnumerator(bytes))
        {
            if (!batch.IsCrcValid())
            {
                throw new InvalidOperationException($"A batch at {batch.OffsetField} has a wrong checksum");
            }

            var records = new List<(long, string?, string?)>();
            var read = reader.Read(batch);
            while (read.MoveNext())
            {
                records.Add((read.Current.Offset, Text(read.Current.Key), Text(read.Current.Value)));
            }

            if (read.Fault != RecordFault.None)
            {
                throw new InvalidOperationException(read.Fault.Describe());
            }

            batches.Add(batch.Magic == RecordBatch.CurrentMagic ? Of(batch.Header, records) : Of(batch, records));
        }

        return batches;
    }

    private static StoredBatch Of(RecordBatchHeader header, List<(long, string?, string?)> records) => new(
        RecordBatch.CurrentMagic, header.BaseOffset, header.LastOffset, header.IsControl, header.ProducerId, header.BaseSequence,
        header.LastSequence, header.Compression, header.DeleteHorizonMs, header.MaxTimestamp, records);

    private static StoredBatch Of(RecordBatchView batch, List<(long Offset, string?, string?)> records) => new(
        batch.Magic, records[0].Offset, batch.LastOffset, false, -1, -1, -1, batch.Compression, null, batch.MaxTimestamp, records);

    private static string? Text(OptionalBytes bytes) => bytes.IsNull ? null : Encoding.UTF8.GetString(bytes.Span);
}
