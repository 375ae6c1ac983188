using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Broker.Api.Fetching;

/// <summary>
/// Rewrites batches for clients older than record batches v2: Fetch v0 and v1 get messages of magic 0, v2 and v3 of
/// magic 1 (KIP-31, KIP-98). Costs a copy in memory, bounded by the fetch's own limits, and is only paid by such clients.
/// </summary>
internal static class FetchDownConverter
{
    /// <summary>Replaces the region of the result by its conversion, or by the error that the client must see.</summary>
    internal static void Convert(FetchPartitionResult result, short version)
    {
        if (result.Region is not { } region)
        {
            return;
        }

        using (region)
        {
            result.Region = null;
            using var source = new PooledBuffer(region.Length);
            var bytes = source.GetSpan(region.Length)[..region.Length];
            region.CopyTo(0, bytes);
            var toMagic = (sbyte)(version >= 2 ? 1 : 0);
            using var destination = new PooledBuffer(region.Length);
            using var reader = new RecordReader();
            var conversion = RecordConverter.DownConvert(bytes, toMagic, result.Request.FetchOffset, destination, reader);
            if (destination.Length > 0 || conversion.Status == DownConversionStatus.Done)
            {
                result.Converted = destination.Span.ToArray();
                result.ConvertedRecords = conversion.RecordsConverted;
                return;
            }

            result.HighWatermark = -1;
            result.Error = conversion.Status == DownConversionStatus.UnsupportedCompression
                ? ErrorCode.UnsupportedCompressionType
                : ErrorCode.CorruptMessage;
        }
    }
}
