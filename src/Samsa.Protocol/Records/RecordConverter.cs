using Samsa.Protocol.Compression;

namespace Samsa.Protocol.Records;

/// <summary>
/// Converts between record formats: up for old producers, down for old consumers (Fetch 0-1 wants magic 0, 2-3 magic 1).
/// </summary>
public static class RecordConverter
{
    /// <summary>More decompressed bytes than an ordinary fetch of compressed batches holds (<c>fetch.max.bytes</c> is 55 MiB).</summary>
    public const long EnoughInflated = 64L << 20;

    /// <summary>
    /// Appends every record of a set of messages of magic 0 or 1 to a batch under construction, at consecutive offsets.
    /// Checksums are verified. Records of magic 0 get the timestamp -1.
    /// </summary>
    /// <returns>
    /// None, or what is wrong with the messages; the builder then holds the records before the fault and must be reset.
    /// </returns>
    public static RecordFault UpConvert(ReadOnlySpan<byte> messages, RecordBatchBuilder builder, RecordReader reader)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(reader);
        var batches = new RecordBatchEnumerator(messages);
        while (batches.MoveNext())
        {
            if (batches.Current.Magic == RecordBatch.CurrentMagic)
            {
                return RecordFault.InvalidMagic;
            }

            if (!batches.Current.IsCrcValid())
            {
                return RecordFault.InvalidCrc;
            }

            var records = reader.Read(batches.Current);
            while (records.MoveNext())
            {
                builder.Append(records.Current.Timestamp, records.Current.Key, records.Current.Value);
            }

            if (records.Fault != RecordFault.None)
            {
                return records.Fault;
            }
        }

        return batches.Fault;
    }

    /// <summary>
    /// Writes the batches of <paramref name="source"/> in an older format. Batches that are old enough are copied. Headers and
    /// control batches are dropped; compressed batches stay compressed with the same codec, uncompressed ones become single
    /// messages, of which those before <paramref name="firstOffset"/> are left out (old clients take the first message for
    /// the one they asked for).
    /// </summary>
    /// <param name="source">Whole batches, perhaps with a truncated tail.</param>
    /// <param name="toMagic">The newest format the reader knows: 0 or 1.</param>
    /// <param name="firstOffset">The offset that was asked for.</param>
    /// <param name="destination">Takes the result.</param>
    /// <param name="reader">Decompresses.</param>
    /// <param name="enoughInflated">
    /// Once the reader decompressed so many bytes the rest is left for the client's next fetch: a few MB of fetched batches may
    /// inflate to many GB.
    /// </param>
    public static DownConversion DownConvert(
        ReadOnlySpan<byte> source, sbyte toMagic, long firstOffset, PooledBuffer destination, RecordReader reader,
        long enoughInflated = EnoughInflated)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(reader);
        using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(toMagic));
        var converted = 0;
        var limit = reader.DecompressedBytes + enoughInflated;
        var batches = new RecordBatchEnumerator(source);
        while (reader.DecompressedBytes < limit && batches.MoveNext())
        {
            var batch = batches.Current;
            if (batch.Magic <= toMagic)
            {
                destination.Write(batch.Bytes);
                continue;
            }

            if (batch.Magic == RecordBatch.CurrentMagic)
            {
                if (batch.Header.IsControl)
                {
                    continue;
                }

                if (batch.Compression == CompressionType.Zstd)
                {
                    return new DownConversion(DownConversionStatus.UnsupportedCompression, RecordFault.None, converted, batch.Position);
                }
            }

            var fault = Rewrite(batch, toMagic, firstOffset, builder, reader);
            if (fault != RecordFault.None)
            {
                return new DownConversion(DownConversionStatus.Corrupt, fault, converted, batch.Position);
            }

            destination.Write(builder.Build().Span);
            converted += builder.Count;
        }

        return batches.Fault is RecordFault.None or RecordFault.Truncated
            ? new DownConversion(DownConversionStatus.Done, RecordFault.None, converted, batches.Position)
            : new DownConversion(DownConversionStatus.Corrupt, batches.Fault, converted, batches.Position);
    }

    private static RecordFault Rewrite(
        RecordBatchView batch, sbyte toMagic, long firstOffset, LegacyMessageSetBuilder builder, RecordReader reader)
    {
        if (batch.Compression > CompressionType.Lz4)
        {
            return RecordFault.UnknownCodec;
        }

        builder.Reset(new LegacyMessageSetOptions(
            toMagic, batch.Compression, TimestampType: batch.TimestampType, LogAppendTime: batch.MaxTimestamp));
        var records = reader.Read(batch);
        var last = long.MinValue;
        while (records.MoveNext())
        {
            var record = records.Current;
            if (record.Offset <= last)
            {
                return RecordFault.InvalidRecord;
            }

            last = record.Offset;
            if (batch.Compression != CompressionType.None || record.Offset >= firstOffset)
            {
                builder.Append(record.Offset, record.Timestamp, record.Key, record.Value);
            }
        }

        return records.Fault;
    }
}
