using System.Globalization;
using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>Record batches for the stage.</summary>
internal static class Batches
{
    public const long Timestamp = 1_700_000_000_000;

    /// <summary>Records whose key and value name their offset.</summary>
    public static byte[] Make(in RecordBatchOptions options, int count, params RecordHeader[] headers)
    {
        using var builder = new RecordBatchBuilder(options);
        for (var i = 0; i < count; i++)
        {
            var offset = options.BaseOffset + i;
            builder.Append(Timestamp + offset, Key(offset), Value(offset), headers);
        }

        return builder.Build().ToArray();
    }

    /// <summary>A batch with a record at each of the offsets, covering all up to <paramref name="lastOffset"/>.</summary>
    public static byte[] Compacted(long baseOffset, long lastOffset, params long[] offsets)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { BaseOffset = baseOffset });
        foreach (var offset in offsets)
        {
            builder.Append(offset, Timestamp + offset, Key(offset), Value(offset));
        }

        builder.ExtendTo(lastOffset);
        return builder.Build().ToArray();
    }

    public static byte[] Legacy(sbyte magic, CompressionType codec, long baseOffset, int count)
    {
        using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(magic, codec));
        for (var i = 0; i < count; i++)
        {
            builder.Append(baseOffset + i, Timestamp + baseOffset + i, Key(baseOffset + i), Value(baseOffset + i));
        }

        return builder.Build().ToArray();
    }

    public static byte[] Key(long offset) => Encoding.UTF8.GetBytes("k" + offset.ToString(CultureInfo.InvariantCulture));

    public static byte[] Value(long offset) => Encoding.UTF8.GetBytes("v" + offset.ToString(CultureInfo.InvariantCulture));
}
