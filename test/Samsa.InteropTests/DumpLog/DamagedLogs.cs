using System.Buffers.Binary;
using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.InteropTests.DumpLog;

/// <summary>Log directories that are damaged, old or odd, one folder each, below one folder.</summary>
internal sealed class DamagedLogs(string root)
{
    private const string Log = "00000000000000000000.log";
    private const string Index = "00000000000000000000.index";
    private const string TimeIndex = "00000000000000000000.timeindex";
    private const long Time = 1_700_000_000_000;

    /// <summary>Files that the tool reads to their end.</summary>
    public IReadOnlyList<string> Survivable()
    {
        byte[] batch = Batch(0, 3);
        List<string> files =
        [
            Write("cut", Log, [.. batch, .. batch.AsSpan(0, 50)]),
            Write("cut-prefix", Log, [.. batch, .. batch.AsSpan(0, 17)]),
            Write("cut-early", Log, [.. batch, .. batch.AsSpan(0, 10)]),
            Write("empty", Log, []),
            Write("flipped", Log, Changed(batch, b => b[^3] ^= 1)),
            Write("magic-7", Log, Changed(batch, b => b[RecordBatchHeader.MagicPosition] = 7)),
            Write("delta-0", Log, Changed(batch, b => BinaryPrimitives.WriteInt32BigEndian(b.AsSpan(RecordBatchHeader.LastOffsetDeltaPosition), 0))),
            Write("no-records", Log, Changed(batch, b => BinaryPrimitives.WriteInt32BigEndian(b.AsSpan(RecordBatchHeader.RecordCountPosition), 0))),
            Write("gaps", Log, [.. Batch(0, 2), .. Batch(5, 2), .. Batch(3, 1)]),
            Write("horizon", Log, Changed(batch, b =>
            {
                b[RecordBatchHeader.AttributesPosition + 1] |= RecordBatchHeader.DeleteHorizonMask;
                RecordBatch.UpdateCrc(b);
            })),
            Write("sequences", Log, Sequenced()),
            Write("unknown-control", Log, Control(99)),
        ];
        foreach (sbyte magic in new sbyte[] { 0, 1 })
        {
            foreach (CompressionType codec in new[] { CompressionType.None, CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4 })
            {
                files.Add(Write($"magic-{magic}-{codec}", Log, Legacy(magic, codec)));
            }
        }

        byte[] flipped = Legacy(1, CompressionType.None);
        flipped[36] ^= 1; // in the value of the first message
        files.Add(Write("magic-1-flipped", Log, flipped));
        return files;
    }

    /// <summary>Files at which the tool gives up.</summary>
    public IReadOnlyList<string> Fatal()
    {
        byte[] batch = Batch(0, 3);
        byte[] zipped = Batch(0, 3, CompressionType.Gzip);
        return
        [
            Write("size-5", Log, [.. batch, .. Changed(batch, b => BinaryPrimitives.WriteInt32BigEndian(b.AsSpan(8), 5))]),
            Write("zeros", Log, [.. batch, .. new byte[100]]),
            Write("two-of-three", Log, Changed(batch, b => BinaryPrimitives.WriteInt32BigEndian(b.AsSpan(RecordBatchHeader.RecordCountPosition), 2))),
            Write("four-of-three", Log, Changed(batch, b => BinaryPrimitives.WriteInt32BigEndian(b.AsSpan(RecordBatchHeader.RecordCountPosition), 4))),
            Write("codec-6", Log, Changed(batch, b => b[RecordBatchHeader.AttributesPosition + 1] |= 6)),
            Write("zipped-flipped", Log, Changed(zipped, b => b[RecordBatchHeader.Size + 12] ^= 0x40)),
        ];
    }

    /// <summary>Indexes that differ from the log, each with its log.</summary>
    public IReadOnlyList<string> Indexes()
    {
        byte[] log = [.. Batch(0, 1), .. Batch(1, 1), .. Batch(2, 1)];
        int size = log.Length / 3;
        List<string> files = [];
        Add("right", [(1, size), (2, 2 * size)], [(Time, 1), (Time, 2)]);
        Add("wrong", [(1, 0), (2, size), (2, 2 * size)], [(Time + 5, 0), (Time, 2), (Time - 1, 2), (99, 9)]);
        Add("filled-up", [(1, size), (2, 2 * size), (0, 0), (0, 0)], [(Time, 1), (0, 0), (0, 0)]);
        Add("back", [(2, 2 * size), (1, size)], [(Time + 1, 2), (Time, 1)]);
        Add("none", [], []);
        return files;

        void Add(string name, (int Offset, int Position)[] offsets, (long Time, int Offset)[] times)
        {
            Write(name, Log, log);
            byte[] index = new byte[offsets.Length * 8];
            for (int i = 0; i < offsets.Length; i++)
            {
                BinaryPrimitives.WriteInt32BigEndian(index.AsSpan(i * 8), offsets[i].Offset);
                BinaryPrimitives.WriteInt32BigEndian(index.AsSpan(i * 8 + 4), offsets[i].Position);
            }

            byte[] timeIndex = new byte[times.Length * 12];
            for (int i = 0; i < times.Length; i++)
            {
                BinaryPrimitives.WriteInt64BigEndian(timeIndex.AsSpan(i * 12), times[i].Time);
                BinaryPrimitives.WriteInt32BigEndian(timeIndex.AsSpan(i * 12 + 8), times[i].Offset);
            }

            files.Add(Write(name, Index, index));
            files.Add(Write(name, TimeIndex, timeIndex));
        }
    }

    /// <summary>An index that leads beyond the end of its log.</summary>
    public string IndexBeyondTheEnd()
    {
        Write("beyond", Log, Batch(0, 1));
        return Write("beyond", Index, [0, 0, 0, 0, 0, 1, 0, 0]);
    }

    private static byte[] Changed(byte[] bytes, Action<byte[]> change)
    {
        byte[] copy = [.. bytes];
        change(copy);
        return copy;
    }

    private static byte[] Batch(long baseOffset, int records, CompressionType codec = CompressionType.None)
    {
        using RecordBatchBuilder builder = new(new RecordBatchOptions { BaseOffset = baseOffset, Compression = codec });
        for (int i = 0; i < records; i++)
        {
            ReadOnlySpan<byte> key = Encoding.UTF8.GetBytes($"ключ-{i}");
            builder.Append(Time, key, i == 1 ? OptionalBytes.Null : (ReadOnlySpan<byte>)Encoding.UTF8.GetBytes($"value {i} \ud83d\ude00"));
        }

        return builder.Build().ToArray();
    }

    /// <summary>Sequences that pass the largest int32.</summary>
    private static byte[] Sequenced()
    {
        using RecordBatchBuilder builder = new(new RecordBatchOptions { ProducerId = 7, ProducerEpoch = 3, BaseSequence = int.MaxValue - 1 });
        for (int i = 0; i < 4; i++)
        {
            builder.Append(Time + i, OptionalBytes.Null, (ReadOnlySpan<byte>)[0xff, 0xfe, (byte)'a']);
        }

        return builder.Build().ToArray();
    }

    private static byte[] Control(short type)
    {
        using RecordBatchBuilder builder = new(new RecordBatchOptions { IsControl = true });
        builder.Append(Time, (ReadOnlySpan<byte>)[0, 0, 0, (byte)type], (ReadOnlySpan<byte>)[0, 0, 0, 0, 0, 0]);
        return builder.Build().ToArray();
    }

    private static byte[] Legacy(sbyte magic, CompressionType codec)
    {
        using LegacyMessageSetBuilder builder = new(new LegacyMessageSetOptions(magic, codec));
        builder.Append(0, Time, (ReadOnlySpan<byte>)"k"u8, (ReadOnlySpan<byte>)"v1"u8);
        builder.Append(1, Time + 1, OptionalBytes.Null, (ReadOnlySpan<byte>)"v2"u8);
        builder.Append(2, Time + 2, (ReadOnlySpan<byte>)"k"u8, OptionalBytes.Null);
        return builder.Build().ToArray();
    }

    private string Write(string folder, string name, byte[] content)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(root, folder)).FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
