using System.Buffers.Binary;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Samsa.Storage;

namespace Samsa.Broker.Api.Fetching;

/// <summary>
/// Rewrites batches for clients older than record batches v2: Fetch v0 and v1 get messages of magic 0, v2 and v3 of
/// magic 1 (KIP-31, KIP-98). Costs a copy in memory, bounded by the fetch's own limits, and is only paid by such clients.
/// </summary>
internal static class FetchDownConverter
{
    // Offset and size: what such a client needs to see that a message begins which it got no room for.
    private const int MessageStartBytes = 12;

    // What is said of its size, as Apache Kafka does.
    private const int UnknownSize = RecordBatchHeader.Size;

    /// <summary>
    /// Reads from <paramref name="offset"/> on and puts the conversion, or the error that the client must see, into the result.
    /// </summary>
    /// <remarks>
    /// An old client takes an answer without a message for the end of the log, and asks for the same offset again. So where nothing
    /// is left of what was read (control batches, batches that compaction emptied) the next batches are read, to the end of what
    /// the client may see; and where the first batch does not fit into <paramref name="maxBytes"/> the answer is the beginning of a
    /// message, at which clients ask for more bytes or tell their user. (Apache Kafka 3.9 sends that beginning in the first case,
    /// also at the end of the log, and nothing in the second.)
    /// </remarks>
    internal static void Read(
        PartitionLog log, long offset, int maxBytes, long end, bool minOneBatch, short version, FetchPartitionResult result)
    {
        for (var next = offset; ;)
        {
            var read = log.Read(next, maxBytes, end, minOneBatch);
            if (read.Error != ErrorCode.None && next == offset)
            {
                result.Error = read.Error;
                return;
            }

            if (read.Region is null)
            {
                return;
            }

            result.Region = read.Region;
            if (Convert(result, version, out var after))
            {
                return;
            }

            if (after <= next)
            {
                if (version < 3 && maxBytes >= MessageStartBytes)
                {
                    result.Converted = MessageStart(next);
                }

                return;
            }

            next = after;
        }
    }

    // Replaces the region of the result by its conversion or an error. False when nothing is left of it; after is then the offset
    // behind its last whole batch, -1 when there was none.
    private static bool Convert(FetchPartitionResult result, short version, out long after)
    {
        after = -1;
        using var region = result.Region!;
        result.Region = null;
        using var source = new PooledBuffer(region.Length);
        var bytes = source.GetSpan(region.Length)[..region.Length];
        region.CopyTo(0, bytes);
        var toMagic = (sbyte)(version >= 2 ? 1 : 0);
        using var destination = new PooledBuffer(region.Length);
        using var reader = new RecordReader();
        var conversion = RecordConverter.DownConvert(bytes, toMagic, result.Request.FetchOffset, destination, reader);
        if (destination.Length > 0)
        {
            result.Converted = destination.Span.ToArray();
            result.ConvertedRecords = conversion.RecordsConverted;
            return true;
        }

        if (conversion.Status != DownConversionStatus.Done)
        {
            result.HighWatermark = -1;
            result.Error = conversion.Status == DownConversionStatus.UnsupportedCompression
                ? ErrorCode.UnsupportedCompressionType
                : ErrorCode.CorruptMessage;
            return true;
        }

        foreach (var batch in new RecordBatchEnumerator(bytes[..conversion.BytesConsumed]))
        {
            after = batch.LastOffset + 1;
        }

        return false;
    }

    private static byte[] MessageStart(long offset)
    {
        var bytes = new byte[MessageStartBytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, offset);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(sizeof(long)), UnknownSize);
        return bytes;
    }
}
