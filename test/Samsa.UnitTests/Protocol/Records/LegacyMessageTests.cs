using System.Buffers.Binary;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Protocol.Records;

public sealed class LegacyMessageTests
{
    public static TheoryData<int, CompressionType> Formats()
    {
        var data = new TheoryData<int, CompressionType>();
        foreach (var magic in (int[])[0, 1])
        {
            foreach (var compression in (CompressionType[])[CompressionType.None, CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4])
            {
                data.Add(magic, compression);
            }
        }

        return data;
    }

    [Fact]
    public void A_message_of_magic_1_has_the_layout_of_the_protocol_guide()
    {
        using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(1));
        builder.Append(5, 0x0102030405060708, "k"u8, OptionalBytes.Null);
        var bytes = builder.Build().ToArray();
        Assert.Equal("0000000000000005" + "00000017", Convert.ToHexString(bytes[..12]));
        Assert.Equal("01" + "00" + "0102030405060708" + "00000001" + "6B" + "FFFFFFFF", Convert.ToHexString(bytes[16..]));
        Assert.Equal(Crc32.Compute(bytes.AsSpan(16)), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(12)));
    }

    [Fact]
    public void A_message_of_magic_0_has_no_timestamp()
    {
        using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(0));
        builder.Append(5, 99, OptionalBytes.Null, "v"u8);
        var bytes = builder.Build().ToArray();
        Assert.Equal("0000000000000005" + "0000000F", Convert.ToHexString(bytes[..12]));
        Assert.Equal("00" + "00" + "FFFFFFFF" + "00000001" + "76", Convert.ToHexString(bytes[16..]));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Random_sets_come_back_as_they_were_written(int magic, CompressionType compression)
    {
        using var reader = new RecordReader();
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var expected = PlainRecord.Random(random, random.Next(1, 40), withHeaders: false);
            if (magic == 0)
            {
                expected = [.. expected.Select(r => r with { Timestamp = -1 })];
            }

            var bytes = Write(expected, (sbyte)magic, compression);
            Assert.Equal(expected.Select(r => r.Describe()), ReadAll(bytes, reader).Select(r => r.Describe()));
        }
    }

    [Fact]
    public void Inner_offsets_of_magic_1_count_from_the_first_message_and_the_wrapper_carries_the_last()
    {
        var bytes = Write(PlainRecord.Random(new Random(2), 3, false), 1, CompressionType.Gzip);
        var batches = new RecordBatchEnumerator(bytes);
        Assert.True(batches.MoveNext());
        using var reader = new RecordReader();
        var last = ReadAll(bytes, reader)[^1].Offset;
        Assert.Equal(last, batches.Current.LastOffset);

        // The broker assigns offsets by changing the wrapper only.
        RecordBatch.SetBaseOffset(bytes, last + 1000);
        Assert.Equal(last + 1000, ReadAll(bytes, reader)[^1].Offset);

        // librdkafka of old leaves 0 there.
        RecordBatch.SetBaseOffset(bytes, 0);
        Assert.Equal(0, ReadAll(bytes, reader)[0].Offset);
    }

    [Fact]
    public void The_append_time_of_a_wrapper_overrides_its_messages()
    {
        using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(1, CompressionType.Snappy, null, TimestampType.LogAppendTime, 777));
        builder.Append(0, 1, "a"u8, "b"u8);
        builder.Append(1, 2, "a"u8, "b"u8);
        var bytes = builder.Build().ToArray();
        using var reader = new RecordReader();
        Assert.All(ReadAll(bytes, reader), record => Assert.Equal(777, record.Timestamp));
        var batches = new RecordBatchEnumerator(bytes);
        Assert.True(batches.MoveNext());
        Assert.Equal((TimestampType.LogAppendTime, 777), (batches.Current.TimestampType, batches.Current.MaxTimestamp));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Wrappers_with_something_else_inside_are_faults(int magic)
    {
        var inner = Write(PlainRecord.Random(new Random(1), 2, false), (sbyte)magic, CompressionType.None);
        Assert.Equal(RecordFault.InvalidNesting, FaultOf(Wrap(magic, Write(PlainRecord.Random(new Random(1), 2, false), (sbyte)magic, CompressionType.Gzip))));
        Assert.Equal(RecordFault.InvalidNesting, FaultOf(Wrap(magic, Write(PlainRecord.Random(new Random(1), 2, false), (sbyte)(1 - magic), CompressionType.None))));
        Assert.Equal(RecordFault.Truncated, FaultOf(Wrap(magic, inner[..^1])));
        Assert.Equal(RecordFault.WrongRecordCount, FaultOf(Wrap(magic, [])));
        inner[^1] ^= 1;
        Assert.Equal(RecordFault.InvalidCrc, FaultOf(Wrap(magic, inner)));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_flipped_byte_behind_the_offset_is_noticed(int magic, CompressionType compression)
    {
        var bytes = Write(PlainRecord.Random(new Random(6), 1, false), (sbyte)magic, compression);
        using var reader = new RecordReader(1 << 20);
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= 0x10;
            var batches = new RecordBatchEnumerator(bytes);
            var isSound = batches.MoveNext() && batches.Current.Size == bytes.Length && batches.Current.IsCrcValid();
            Assert.Equal(at < 8, isSound);
            var records = reader.Read(bytes);
            while (records.MoveNext())
            {
            }

            bytes[at] ^= 0x10;
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Up_and_down_again_keeps_the_records(int magic, CompressionType compression)
    {
        var expected = PlainRecord.Random(new Random(12), 20, withHeaders: false);
        expected = [.. expected.Select((r, i) => r with { Offset = 100 + i, Timestamp = magic == 0 ? -1 : r.Timestamp })];
        var old = Write(expected, (sbyte)magic, compression);

        using var reader = new RecordReader();
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { BaseOffset = 100, Compression = compression });
        Assert.Equal(RecordFault.None, RecordConverter.UpConvert(old, builder, reader));
        var batch = builder.Build().ToArray();
        Assert.True(RecordBatch.IsCrcValid(batch));
        Assert.Equal(expected.Select(r => r.Describe()), ReadAll(batch, reader).Select(r => r.Describe()));

        using var down = new PooledBuffer();
        var result = RecordConverter.DownConvert(batch, (sbyte)magic, 0, down, reader);
        Assert.Equal(new DownConversion(DownConversionStatus.Done, RecordFault.None, 20, batch.Length), result);
        Assert.Equal(old, down.Span.ToArray());
    }

    [Fact]
    public void Going_down_drops_headers_and_control_batches_and_what_lies_before_the_first_offset()
    {
        using var reader = new RecordReader();
        using var down = new PooledBuffer();
        var transactional = Samples.Segment(Samples.Kafka39, "txn-0");
        var result = RecordConverter.DownConvert(transactional, 1, 0, down, reader);
        Assert.Equal((DownConversionStatus.Done, 2), (result.Status, result.RecordsConverted));
        Assert.Equal([0, 2], ReadAll(down.Span.ToArray(), reader).Select(r => r.Offset));

        down.Clear();
        var plain = Samples.Segment(Samples.Kafka39, "plain-0");
        result = RecordConverter.DownConvert(plain, 0, 1, down, reader);
        Assert.Equal(2, result.RecordsConverted);
        var records = ReadAll(down.Span.ToArray(), reader);
        Assert.Equal([1, 2], records.Select(r => r.Offset));
        Assert.All(records, r => Assert.Empty(r.Headers));
        Assert.All(records, r => Assert.Equal(-1, r.Timestamp));
    }

    [Fact]
    public void Going_down_stops_at_zstd_and_says_so()
    {
        using var reader = new RecordReader();
        using var down = new PooledBuffer();
        byte[] both = [.. Samples.Segment(Samples.Kafka39, "plain-0"), .. Samples.Segment(Samples.Kafka39, "c-zstd-0")];
        var result = RecordConverter.DownConvert(both, 1, 0, down, reader);
        Assert.Equal(new DownConversion(DownConversionStatus.UnsupportedCompression, RecordFault.None, 3, 99), result);
        Assert.Equal(3, ReadAll(down.Span.ToArray(), reader).Count);
    }

    [Fact]
    public void Going_down_copies_what_is_old_enough_and_leaves_out_a_truncated_tail()
    {
        using var reader = new RecordReader();
        using var down = new PooledBuffer();
        var old = Write(PlainRecord.Random(new Random(9), 3, false), 0, CompressionType.Gzip);
        byte[] bytes = [.. old, .. Samples.Segment(Samples.Kafka39, "plain-0").AsSpan(0, 80)];
        var result = RecordConverter.DownConvert(bytes, 1, 0, down, reader);
        Assert.Equal(new DownConversion(DownConversionStatus.Done, RecordFault.None, 0, old.Length), result);
        Assert.Equal(old, down.Span.ToArray());
    }

    [Fact]
    public void Going_up_names_the_fault()
    {
        using var reader = new RecordReader();
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        var old = Write(PlainRecord.Random(new Random(9), 3, false), 1, CompressionType.None);
        old[13] ^= 1;
        Assert.Equal(RecordFault.InvalidCrc, RecordConverter.UpConvert(old, builder, reader));
        Assert.Equal(RecordFault.InvalidMagic, RecordConverter.UpConvert(Samples.Segment(Samples.Kafka39, "plain-0"), builder, reader));
    }

    private static byte[] Write(List<PlainRecord> records, sbyte magic, CompressionType compression)
    {
        using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(magic, compression));
        foreach (var record in records)
        {
            builder.Append(record.Offset, record.Timestamp, record.Key, record.Value);
        }

        return builder.Build().ToArray();
    }

    /// <summary>A gzip wrapper around any bytes.</summary>
    private static byte[] Wrap(int magic, byte[] inner)
    {
        using var packed = new PooledBuffer();
        Compressor.Compress(CompressionType.Gzip, null, inner, packed);
        var wrapper = new byte[LegacyMessage.SizeOf((sbyte)magic, 0, packed.Length)];
        LegacyMessage.Write(wrapper, (sbyte)magic, 1_000_000, (int)CompressionType.Gzip, 0, OptionalBytes.Null, (ReadOnlySpan<byte>)packed.Span);
        return wrapper;
    }

    private static RecordFault FaultOf(byte[] message)
    {
        using var reader = new RecordReader();
        var records = reader.Read(message);
        Assert.False(records.MoveNext());
        return records.Fault;
    }

    private static List<PlainRecord> ReadAll(byte[] bytes, RecordReader reader)
    {
        var list = new List<PlainRecord>();
        var batches = new RecordBatchEnumerator(bytes);
        while (batches.MoveNext())
        {
            Assert.True(batches.Current.IsCrcValid());
            var records = reader.Read(batches.Current);
            while (records.MoveNext())
            {
                list.Add(PlainRecord.From(records.Current));
            }

            Assert.Equal(RecordFault.None, records.Fault);
        }

        Assert.Equal(RecordFault.None, batches.Fault);
        return list;
    }
}
