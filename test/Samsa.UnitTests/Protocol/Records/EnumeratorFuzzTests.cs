using System.Buffers.Binary;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Protocol.Records;

public sealed class EnumeratorFuzzTests
{
    [Theory]
    [InlineData("", RecordFault.None)]
    [InlineData("00", RecordFault.Truncated)]
    [InlineData("00000000000000000000003100000000", RecordFault.Truncated)] // one byte short of the magic
    [InlineData("000000000000000000000031000000000200", RecordFault.Truncated)] // a batch whose body is missing
    [InlineData("0000000000000000000000310000000003", RecordFault.InvalidMagic)]
    [InlineData("00000000000000000000003100000000ff", RecordFault.InvalidMagic)]
    [InlineData("0000000000000000000000300000000002", RecordFault.InvalidSize)] // 48 < 49
    [InlineData("0000000000000000000000150000000001", RecordFault.InvalidSize)] // 21 < 22
    [InlineData("00000000000000000000000d0000000000", RecordFault.InvalidSize)] // 13 < 14
    [InlineData("0000000000000000ffffffff0000000002", RecordFault.InvalidSize)]
    [InlineData("00000000000000007fffffff0000000002", RecordFault.InvalidSize)] // would overflow
    public void Bytes_that_are_no_batch_are_named(string hex, RecordFault expected)
    {
        var batches = new RecordBatchEnumerator(Convert.FromHexString(hex));
        Assert.False(batches.MoveNext());
        Assert.Equal(expected, batches.Fault);
        Assert.Equal(0, batches.Position);
        Assert.False(batches.MoveNext());
        Assert.NotEmpty(expected.Describe());
    }

    [Fact]
    public void A_cut_off_tail_is_told_from_the_whole_batches_before_it()
    {
        var bytes = Samples.Segment(Samples.Kafka43, "txn-0");
        int[] ends = [0, 72, 150, 222, 300];
        for (var length = 0; length <= bytes.Length; length++)
        {
            var batches = new RecordBatchEnumerator(bytes.AsSpan(0, length));
            while (batches.MoveNext())
            {
            }

            var whole = ends.Last(end => end <= length);
            Assert.Equal(whole, batches.Position);
            Assert.Equal(whole == length ? RecordFault.None : RecordFault.Truncated, batches.Fault);
        }
    }

    [Fact]
    public void Records_must_be_as_many_as_declared_and_fill_their_lengths()
    {
        var golden = Samples.Segment(Samples.Kafka43, "plain-0");
        Assert.Equal(RecordFault.WrongRecordCount, Walk(With(golden, RecordBatchHeader.RecordCountPosition, 2)));
        Assert.Equal(RecordFault.WrongRecordCount, Walk(With(golden, RecordBatchHeader.RecordCountPosition, 4)));
        Assert.Equal(RecordFault.WrongRecordCount, Walk(With(golden, RecordBatchHeader.RecordCountPosition, -1)));
        var longer = golden.ToArray();
        longer[RecordBatchHeader.Size] += 2;
        Assert.Equal(RecordFault.InvalidRecord, Walk(longer));
        var negative = golden.ToArray();
        negative[RecordBatchHeader.Size] = 1;
        Assert.Equal(RecordFault.InvalidRecord, Walk(negative));
    }

    [Fact]
    public void A_batch_header_that_contradicts_itself_is_named()
    {
        var golden = Samples.Segment(Samples.Kafka43, "plain-0");
        Assert.Equal(RecordFault.InvalidHeader, RecordBatch.CheckStructure(With(golden, RecordBatchHeader.RecordCountPosition, -1)));
        Assert.Equal(RecordFault.InvalidHeader, RecordBatch.CheckStructure(With(golden, RecordBatchHeader.RecordCountPosition, 4)));
        Assert.Equal(RecordFault.InvalidHeader, RecordBatch.CheckStructure(With(golden, RecordBatchHeader.LastOffsetDeltaPosition, -1)));
        var codec = golden.ToArray();
        codec[RecordBatchHeader.AttributesPosition + 1] = 5;
        Assert.Equal(RecordFault.UnknownCodec, RecordBatch.CheckStructure(codec));
        Assert.Equal(RecordFault.Truncated, RecordBatch.CheckStructure(golden.AsSpan(0, golden.Length - 1)));
        Assert.Equal(RecordFault.InvalidSize, RecordBatch.CheckStructure([.. golden, 0]));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void Mutated_segments_never_make_the_enumerators_throw(int seed)
    {
        var random = new Random(seed);
        var segments = Samples.AllSegments().Select(row => Samples.Read(row.Data)).ToList();
        segments.AddRange(LegacySets());
        using var reader = new RecordReader(1 << 20);
        for (var round = 0; round < 4_000; round++)
        {
            var bytes = segments[random.Next(segments.Count)].ToArray();
            for (var edits = random.Next(1, 6); edits > 0; edits--)
            {
                // Mostly in headers, where it hurts.
                var at = random.Next(2) == 0 ? random.Next(Math.Min(bytes.Length, 90)) : random.Next(bytes.Length);
                bytes[at] = random.Next(3) switch { 0 => 0xff, 1 => (byte)(bytes[at] ^ (1 << random.Next(8))), _ => (byte)random.Next(256) };
            }

            var batches = new RecordBatchEnumerator(bytes.AsSpan(0, random.Next(bytes.Length + 1)));
            while (batches.MoveNext())
            {
                _ = batches.Current.IsCrcValid();
                _ = batches.Current.MaxTimestamp;
                _ = ControlRecord.TryReadMarker(batches.Current.Bytes, out _);
                var records = reader.Read(batches.Current);
                while (records.MoveNext())
                {
                    _ = PlainRecord.From(records.Current);
                }
            }
        }
    }

    private static IEnumerable<byte[]> LegacySets()
    {
        foreach (sbyte magic in (sbyte[])[0, 1])
        {
            foreach (var compression in (CompressionType[])[CompressionType.None, CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4])
            {
                using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(magic, compression));
                for (var i = 0; i < 5; i++)
                {
                    builder.Append(i, 100 + i, "key"u8, "some value"u8);
                }

                yield return builder.Build().ToArray();
            }
        }
    }

    private static byte[] With(byte[] batch, int position, int value)
    {
        var copy = batch.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(copy.AsSpan(position), value);
        return copy;
    }

    private static RecordFault Walk(byte[] batch)
    {
        var records = new RecordEnumerator(batch);
        while (records.MoveNext())
        {
        }

        return records.Fault;
    }
}
