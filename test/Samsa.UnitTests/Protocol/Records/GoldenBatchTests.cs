using System.Text;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Protocol.Records;

public sealed class GoldenBatchTests
{
    private const long T0 = 1795220000000;

    [Theory]
    [MemberData(nameof(Samples.AllSegments), MemberType = typeof(Samples))]
    public void Every_segment_parses_with_valid_checksums_and_growing_offsets(string segment)
    {
        var bytes = Samples.Read(segment);
        var batches = new RecordBatchEnumerator(bytes);
        var next = -1L;
        var count = 0;
        while (batches.MoveNext())
        {
            var batch = batches.Current;
            Assert.Equal(RecordFault.None, RecordBatch.CheckStructure(batch.Bytes));
            Assert.True(batch.IsCrcValid());
            Assert.Equal(2, batch.Magic);
            Assert.True(batch.Header.BaseOffset >= next);
            next = batch.Header.NextOffset;
            count++;
        }

        Assert.Equal(RecordFault.None, batches.Fault);
        Assert.Equal(bytes.Length, batches.Position);
        Assert.True(count > 0);
    }

    [Theory]
    [MemberData(nameof(Samples.AllSegments), MemberType = typeof(Samples))]
    public void Rebuilding_every_uncompressed_batch_gives_the_same_bytes(string segment)
    {
        var bytes = Samples.Read(segment);
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        var batches = new RecordBatchEnumerator(bytes);
        while (batches.MoveNext())
        {
            var batch = batches.Current;
            if (batch.Compression != CompressionType.None)
            {
                continue;
            }

            builder.Reset(RecordBatchOptions.From(batch.Header));
            var records = new RecordEnumerator(batch.Bytes);
            while (records.MoveNext())
            {
                builder.Append(records.Current, records.Current.Offset, records.CreateTimestamp);
            }

            Assert.Equal(RecordFault.None, records.Fault);
            Assert.Equal(batch.Bytes.ToArray(), builder.Build().ToArray());
        }
    }

    [Theory]
    [InlineData("c-snappy-0", CompressionType.Snappy)]
    [InlineData("c-lz4-0", CompressionType.Lz4)]
    [InlineData("c-zstd-0", CompressionType.Zstd)]
    public void Recompressing_gives_the_bytes_of_Kafka(string partition, CompressionType compression)
    {
        var golden = Samples.Segment(Samples.Kafka39, partition);
        Assert.Equal(golden, Samples.Segment(Samples.Kafka43, partition));
        Assert.Equal(compression, new RecordBatchHeader(golden).Compression);
        Assert.Equal(golden, Rebuild(golden));
    }

    [Fact]
    public void Recompressing_with_gzip_gives_the_header_of_Kafka_and_the_same_records()
    {
        var golden = Samples.Segment(Samples.Kafka43, "c-gzip-0");
        var rebuilt = Rebuild(golden);
        const int headers = RecordBatchHeader.Size + 10;
        Assert.Equal(golden[RecordBatchHeader.AttributesPosition..headers], rebuilt[RecordBatchHeader.AttributesPosition..headers]);

        // Checksum and length of the content.
        Assert.Equal(golden[^8..], rebuilt[^8..]);
        Assert.Equal(KeysAndValues(golden), KeysAndValues(rebuilt));
    }

    [Theory]
    [InlineData("c-gzip-0")]
    [InlineData("c-snappy-0")]
    [InlineData("c-lz4-0")]
    [InlineData("c-zstd-0")]
    public void The_compressed_batches_hold_the_records_that_were_sent(string partition)
    {
        var expected = Enumerable.Range(0, 3).Select(i => $"{i}@{T0 + i}: key{i}=value value value value {i}");
        Assert.Equal(expected, KeysAndValues(Samples.Segment(Samples.Kafka39, partition)));
    }

    [Theory]
    [InlineData(Samples.Kafka39)]
    [InlineData(Samples.Kafka43)]
    public void The_plain_batch_is_what_its_producer_sent(string version)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { PartitionLeaderEpoch = 0 });
        builder.Append(T0, "k1"u8, "v1"u8);
        builder.Append(T0 + 5, OptionalBytes.Null, "v2"u8, [new RecordHeader("h1", "a"u8.ToArray()), new RecordHeader("h2", null)]);
        builder.Append(T0 + 10, "k3"u8, OptionalBytes.Null);
        var golden = Samples.Segment(version, "plain-0");
        Assert.Equal(golden, builder.Build().ToArray());

        var records = new RecordEnumerator(golden);
        Assert.True(records.MoveNext());
        Assert.Equal("k1", Encoding.UTF8.GetString(records.Current.Key.Span));
        Assert.True(records.MoveNext());
        Assert.True(records.Current.Key.IsNull);
        Assert.Equal(T0 + 5, records.Current.Timestamp);
        Assert.Equal(1, records.Current.Offset);
        var headers = records.Current.Headers;
        Assert.Equal(2, headers.Count);
        Assert.True(headers.MoveNext());
        Assert.Equal("h1", headers.Current.KeyText);
        Assert.Equal("a"u8.ToArray(), headers.Current.Value.ToArray());
        Assert.True(headers.MoveNext());
        Assert.Equal("h2", headers.Current.KeyText);
        Assert.True(headers.Current.Value.IsNull);
        Assert.False(headers.MoveNext());
        Assert.True(records.MoveNext());
        Assert.True(records.Current.Value.IsNull);
        Assert.False(records.MoveNext());
        Assert.Equal(RecordFault.None, records.Fault);
    }

    [Theory]
    [InlineData(Samples.Kafka39)]
    [InlineData(Samples.Kafka43)]
    public void The_idempotent_producers_batches_carry_its_sequences(string version)
    {
        var batches = new RecordBatchEnumerator(Samples.Segment(version, "idem-0"));
        Assert.True(batches.MoveNext());
        Assert.Equal(0, batches.Current.Header.BaseSequence);
        Assert.Equal(1, batches.Current.Header.LastSequence);
        Assert.True(batches.MoveNext());
        Assert.Equal(2, batches.Current.Header.BaseSequence);
        Assert.Equal(3, batches.Current.Header.LastSequence);
        Assert.True(batches.Current.Header.HasProducerId);
        Assert.False(batches.MoveNext());
    }

    [Theory]
    [InlineData(Samples.Kafka39)]
    [InlineData(Samples.Kafka43)]
    public void The_transactional_segment_has_a_commit_and_an_abort_that_we_write_alike(string version)
    {
        var markers = new List<ControlRecordType>();
        var batches = new RecordBatchEnumerator(Samples.Segment(version, "txn-0"));
        while (batches.MoveNext())
        {
            var header = batches.Current.Header;
            Assert.True(header.IsTransactional);
            Assert.Equal(header.IsControl, ControlRecord.TryReadMarker(batches.Current.Bytes, out var marker));
            if (header.IsControl)
            {
                markers.Add(marker.Type);
                Assert.Equal(
                    batches.Current.Bytes.ToArray(),
                    ControlRecord.BuildMarkerBatch(marker, header.ProducerId, header.ProducerEpoch, header.MaxTimestamp, header.BaseOffset, 0));
            }
        }

        Assert.Equal([ControlRecordType.Commit, ControlRecordType.Abort], markers);
    }

    [Theory]
    [InlineData(Samples.Kafka39)]
    [InlineData(Samples.Kafka43)]
    public void Stamping_the_append_time_makes_the_brokers_bytes_of_the_producers(string version)
    {
        var golden = Samples.Segment(version, "append-0");
        var header = new RecordBatchHeader(golden);
        Assert.Equal(TimestampType.LogAppendTime, header.TimestampType);

        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(T0, OptionalBytes.Null, "x"u8);
        var batch = builder.Build().Span;
        RecordBatch.SetBaseOffset(batch, 0);
        RecordBatch.SetLeaderEpoch(batch, 0);
        RecordBatch.SetLogAppendTime(batch, header.MaxTimestamp);
        Assert.Equal(golden, batch.ToArray());

        var records = new RecordEnumerator(golden);
        Assert.True(records.MoveNext());
        Assert.Equal(header.MaxTimestamp, records.Current.Timestamp);
        Assert.Equal(T0, records.CreateTimestamp);
    }

    private static byte[] Rebuild(byte[] batch)
    {
        using var reader = new RecordReader();
        using var builder = new RecordBatchBuilder(RecordBatchOptions.From(new RecordBatchHeader(batch)));
        var records = reader.Read(batch);
        while (records.MoveNext())
        {
            builder.Append(records.Current);
        }

        Assert.Equal(RecordFault.None, records.Fault);
        return builder.Build().ToArray();
    }

    private static List<string> KeysAndValues(byte[] batch)
    {
        using var reader = new RecordReader();
        var records = reader.Read(batch);
        var texts = new List<string>();
        while (records.MoveNext())
        {
            var record = records.Current;
            texts.Add($"{record.Offset}@{record.Timestamp}: {Encoding.UTF8.GetString(record.Key.Span)}={Encoding.UTF8.GetString(record.Value.Span)}");
        }

        Assert.Equal(RecordFault.None, records.Fault);
        return texts;
    }
}
