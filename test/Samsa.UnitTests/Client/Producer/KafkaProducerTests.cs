using System.Globalization;
using System.Text;
using Samsa.Client;
using Samsa.Client.Producer;
using Samsa.Client.Serialization;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Client.Producer;

/// <summary>What a producer does while all goes well, and what it promises its caller.</summary>
public sealed class KafkaProducerTests
{
    private const string Topic = ProducerScene.Topic;

    private readonly ProducerScene _scene = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ProduceAsync_says_where_the_record_is()
    {
        await using var producer = _scene.Start();

        var first = await producer.ProduceAsync(Topic, "k"u8, "one"u8, Cancellation);
        var second = await producer.ProduceAsync(
            new ProducerRecord
            {
                Topic = Topic,
                Partition = 0,
                Key = null,
                Value = "two"u8.ToArray(),
                Timestamp = 1234,
                Headers = new[] { new RecordHeader("h", [1]), new RecordHeader("i", null) },
            },
            Cancellation);
        await producer.ProduceAsync(Topic, "k"u8, OptionalBytes.Null, Cancellation);

        Assert.Equal((Topic, 0, 0L), (first.Topic, first.Partition, first.Offset));
        Assert.Equal(new RecordMetadata(Topic, 0, 1, 1234), second);
        var stored = _scene.Log.Records(0);
        Assert.Equal([("k", "one"), (null, "two"), ("k", null)], stored.Select(r => (r.Key, r.Value)));
        Assert.Equal((1234, 2), (stored[1].Timestamp, stored[1].Headers));
        Assert.Equal(first.Timestamp, stored[0].Timestamp);
    }

    [Fact]
    public void A_null_array_is_null_and_an_empty_one_is_not()
    {
        byte[]? nothing = null;

        Assert.True(new ProducerRecord { Topic = Topic, Value = nothing }.Value.IsNull);
        Assert.True(new ProducerRecord { Topic = Topic }.Value.IsNull);
        Assert.False(new ProducerRecord { Topic = Topic, Value = Array.Empty<byte>() }.Value.IsNull);
        Assert.False(new ProducerRecord { Topic = Topic, Value = ReadOnlyMemory<byte>.Empty }.Value.IsNull);
    }

    [Fact]
    public async Task Records_of_a_moment_share_a_batch_and_are_told_their_own_offsets()
    {
        _scene.Options.Linger = TimeSpan.FromMinutes(1);
        await using var producer = _scene.Start();
        await producer.GetTopicAsync(Topic, Cancellation);

        var results = Enumerable.Range(0, 50).Select(i => producer.ProduceAsync(Topic, default, Bytes(i), Cancellation).AsTask()).ToList();
        await producer.FlushAsync(Cancellation);

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), (await Task.WhenAll(results)).Select(r => r.Offset));
        Assert.Equal(50, Assert.Single(_scene.Log.Batches(0)).Count);
    }

    [Fact]
    public async Task A_full_batch_does_not_wait_for_its_linger()
    {
        _scene.Options.Linger = TimeSpan.FromMinutes(1);
        _scene.Options.BatchSize = 1000;
        await using var producer = _scene.Start();
        await producer.GetTopicAsync(Topic, Cancellation);

        var first = producer.ProduceAsync(Topic, default, new byte[600], Cancellation).AsTask();
        var second = producer.ProduceAsync(Topic, default, new byte[600], Cancellation).AsTask();

        Assert.Equal(0, (await first).Offset);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task Calls_that_are_not_awaited_keep_their_order_also_before_the_topic_is_known()
    {
        var gate = new TaskCompletionSource();
        var known = _scene.Cluster;
        known.OnAsync(ApiKey.InitProducerId, async _ =>
        {
            await gate.Task;
            return new InitProducerIdResponse { ProducerId = 7 };
        });
        _scene.Options.BatchSize = 200;
        _scene.Options.BufferMemory = 1000;
        await using var producer = _scene.Start();

        var results = Enumerable.Range(0, 200).Select(i => producer.ProduceAsync(Topic, default, Bytes(i), Cancellation).AsTask()).ToList();
        gate.SetResult();
        var offsets = (await Task.WhenAll(results)).Select(r => r.Offset);

        Assert.Equal(Enumerable.Range(0, 200).Select(i => (long)i), offsets);
        Assert.Equal(Enumerable.Range(0, 200).Select(Text), _scene.Log.Values(0));
    }

    [Fact]
    public async Task TrySend_refuses_while_the_topic_is_unknown_or_the_buffer_full_and_SendAsync_waits()
    {
        var answers = new TaskCompletionSource();
        _scene.Cluster.OnAsync(ApiKey.Produce, async r =>
        {
            await answers.Task;
            return _scene.Log.Answer((ProduceRequest)r.Message);
        });
        _scene.Options.BatchSize = 500;
        _scene.Options.BufferMemory = 1200;
        await using var producer = _scene.Start();
        Assert.False(producer.TrySend(Topic, default, "early"u8));
        await producer.GetTopicAsync(Topic, Cancellation);
        await producer.SendAsync(Topic, default, new byte[400], Cancellation);
        await producer.SendAsync(Topic, default, new byte[400], Cancellation);

        Assert.False(producer.TrySend(Topic, default, new byte[400]));
        var waiting = producer.SendAsync(Topic, default, new byte[400], Cancellation).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.False(producer.TrySend(Topic, default, "behind"u8));

        answers.SetResult();
        await waiting;
        await producer.FlushAsync(Cancellation);
        Assert.Equal(3, _scene.Log.Records(0).Count);
        await Conditions.Until(() => producer.BufferedBytes == 0);
        Assert.True(producer.TrySend(Topic, default, "room"u8));
    }

    [Fact]
    public async Task A_call_that_finds_no_room_for_too_long_fails_and_its_record_is_nowhere()
    {
        var answers = new TaskCompletionSource();
        _scene.Cluster.OnAsync(ApiKey.Produce, async r =>
        {
            await answers.Task;
            return _scene.Log.Answer((ProduceRequest)r.Message);
        });
        _scene.Options.BatchSize = 500;
        _scene.Options.BufferMemory = 500;
        _scene.Options.MaxBlock = TimeSpan.FromMilliseconds(50);
        await using var producer = _scene.Start();
        await producer.GetTopicAsync(Topic, Cancellation);
        var first = producer.ProduceAsync(Topic, default, "first"u8, Cancellation).AsTask();
        await Conditions.Until(() => _scene.Cluster.Requests<ProduceRequest>().Any());

        var failure = await Assert.ThrowsAsync<KafkaException>(() => producer.SendAsync(Topic, default, "second"u8, Cancellation).AsTask());

        Assert.Equal(ErrorCode.RequestTimedOut, failure.ErrorCode);
        Assert.Contains("buffer.memory", failure.Message, StringComparison.Ordinal);
        answers.SetResult();
        await first;
        await producer.FlushAsync(Cancellation);
        Assert.Equal(["first"], _scene.Log.Values(0));
        Assert.Empty(_scene.Reported);
    }

    [Fact]
    public async Task Cancelled_before_it_is_accepted_a_record_is_nowhere()
    {
        var metadata = new TaskCompletionSource();
        _scene.Cluster.OnAsync(ApiKey.Metadata, async _ =>
        {
            await metadata.Task;
            return null;
        });
        using var cancel = new CancellationTokenSource();
        var producer = _scene.Start();
        _scene.Options.DisposeTimeout = TimeSpan.Zero;

        var sending = producer.ProduceAsync(Topic, default, "never"u8, cancel.Token).AsTask();
        await cancel.CancelAsync();

        var failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(cancel.Token, failure.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => producer.SendAsync(Topic, default, "never"u8, cancel.Token).AsTask());
        metadata.SetResult();
        await producer.DisposeAsync();
        Assert.Empty(_scene.Cluster.Requests<ProduceRequest>());
    }

    [Fact]
    public async Task Cancelled_after_it_is_accepted_only_the_wait_ends()
    {
        _scene.Options.Linger = TimeSpan.FromMinutes(1);
        using var cancel = new CancellationTokenSource();
        await using var producer = _scene.Start();
        await producer.GetTopicAsync(Topic, Cancellation);

        var sending = producer.ProduceAsync(Topic, default, "goes on"u8, cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await producer.FlushAsync(Cancellation);
        Assert.Equal(["goes on"], _scene.Log.Values(0));
    }

    [Fact]
    public async Task The_callers_memory_is_free_when_the_call_returns_even_if_the_record_waits()
    {
        await using var producer = _scene.Start();
        var value = "right"u8.ToArray();

        var sending = producer.ProduceAsync(new ProducerRecord { Topic = Topic, Value = value }, Cancellation);
        Array.Clear(value);
        await sending;

        Assert.Equal(["right"], _scene.Log.Values(0));
    }

    [Fact]
    public async Task Without_acks_records_go_out_and_offsets_stay_unknown()
    {
        _scene.Options.Acks = Acks.None;
        _scene.Cluster.On(ApiKey.Produce, r =>
        {
            _scene.Log.Answer((ProduceRequest)r.Message);
            return null;
        });
        await using var producer = _scene.Start();

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(-1, (await producer.ProduceAsync(Topic, default, Bytes(i), Cancellation)).Offset);
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(Text), _scene.Log.Values(0));
        Assert.All(_scene.Log.Batches(0), b => Assert.Equal(-1, b.ProducerId));
    }

    [Fact]
    public async Task A_record_larger_than_a_request_may_be_is_refused_at_once()
    {
        _scene.Options.MaxRequestSize = 1000;
        await using var producer = _scene.Start();

        var failure = await Assert.ThrowsAsync<KafkaException>(() => producer.ProduceAsync(Topic, default, new byte[1000], Cancellation).AsTask());

        Assert.Equal(ErrorCode.MessageTooLarge, failure.ErrorCode);
        Assert.Contains("max.request.size", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_partition_that_does_not_exist_is_refused()
    {
        await using var producer = _scene.Start();

        var failure = await Assert.ThrowsAsync<KafkaException>(
            () => producer.ProduceAsync(new ProducerRecord { Topic = Topic, Partition = 3 }, Cancellation).AsTask());

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, failure.ErrorCode);
    }

    [Fact]
    public async Task Disposal_delivers_what_was_accepted_and_afterwards_nothing_is_accepted()
    {
        _scene.Options.Linger = TimeSpan.FromMinutes(1);
        var producer = _scene.Start();
        await producer.GetTopicAsync(Topic, Cancellation);
        Assert.True(producer.TrySend(Topic, default, "last"u8));

        await producer.DisposeAsync();

        Assert.Equal(["last"], _scene.Log.Values(0));
        Assert.Throws<ObjectDisposedException>(() => producer.TrySend(Topic, default, "late"u8));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => producer.ProduceAsync(Topic, default, "late"u8, Cancellation).AsTask());
    }

    [Fact]
    public async Task What_disposal_cannot_deliver_in_its_time_is_reported()
    {
        _scene.Cluster.OnAsync(ApiKey.Produce, _ => new TaskCompletionSource<IMessage?>().Task);
        _scene.Options.DisposeTimeout = TimeSpan.FromMilliseconds(20);
        var producer = _scene.Start();
        var sending = producer.ProduceAsync(Topic, default, "stuck"u8, Cancellation).AsTask();
        await Conditions.Until(() => _scene.Cluster.Requests<ProduceRequest>().Any());
        await producer.SendAsync(Topic, default, "queued"u8, Cancellation);

        await producer.DisposeAsync();

        await Assert.ThrowsAsync<KafkaException>(() => sending);
        Assert.Equal(["queued", "stuck"], _scene.Reported.Select(r => r.Value).Order());
    }

    [Fact]
    public async Task Keys_decide_the_partition_as_in_Java_and_keyless_records_fill_one_batch_at_a_time()
    {
        var scene = new ProducerScene(partitions: 5);
        scene.Options.BatchSize = 2000;
        await using var producer = scene.Start();

        for (var i = 0; i < 100; i++)
        {
            var result = await producer.ProduceAsync(Topic, Bytes(i), "v"u8, Cancellation);
            Assert.Equal(Murmur2.Partition(Bytes(i), 5), result.Partition);
        }

        scene.Options.Linger = TimeSpan.FromMinutes(1);
        for (var i = 0; i < 2000; i++)
        {
            await producer.SendAsync(Topic, default, new byte[100], Cancellation);
        }

        await producer.FlushAsync(Cancellation);
        Assert.All(Enumerable.Range(0, 5), p => Assert.InRange(scene.Log.Records(p).Count(r => r.Key is null), 100, 1000));
    }

    [Fact]
    public async Task RoundRobin_gives_each_partition_a_record_in_turn()
    {
        var scene = new ProducerScene(partitions: 3);
        scene.Options.Set("partitioner.class", "org.apache.kafka.clients.producer.RoundRobinPartitioner");
        await using var producer = scene.Start();

        var partitions = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            partitions.Add((await producer.ProduceAsync(Topic, "same"u8, "v"u8, Cancellation)).Partition);
        }

        Assert.Equal([0, 1, 2, 0, 1, 2], partitions);
    }

    [Theory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Batches_are_compressed(CompressionType codec)
    {
        Assert.SkipUnless(IsAvailable(codec), $"The library of {codec} is not here.");
        _scene.Options.CompressionType = codec;
        await using var producer = _scene.Start();

        var result = await producer.ProduceAsync(Topic, default, new byte[5000], Cancellation);

        Assert.Equal(0, result.Offset);
        var batch = _scene.Cluster.Requests<ProduceRequest>().Single().TopicData[0].PartitionData[0].Records.ToArray();
        Assert.Equal(codec, new RecordBatchHeader(batch).Compression);
        Assert.InRange(batch.Length, RecordBatchHeader.Size, 1000);
    }

    [Fact]
    public async Task A_broker_too_old_for_zstd_is_not_sent_any()
    {
        _scene.Options.CompressionType = CompressionType.Zstd;
        _scene.Cluster.Serving(ApiKey.Produce, 3, 6);
        await using var producer = _scene.Start();

        var failure = await Assert.ThrowsAsync<KafkaException>(() => producer.ProduceAsync(Topic, default, "v"u8, Cancellation).AsTask());

        Assert.Equal(ErrorCode.UnsupportedCompressionType, failure.ErrorCode);
        Assert.Empty(_scene.Cluster.Requests<ProduceRequest>());
    }

    [Fact]
    public async Task A_typed_producer_serializes_and_null_is_a_tombstone()
    {
        await using var producer = new KafkaProducer<string, int?>(
            _scene.Options, Serializers.Utf8, Serializers.Nullable(Serializers.Int32), _scene.Cluster);

        await producer.ProduceAsync(Topic, "a", 0x41424344, Cancellation);
        await producer.SendAsync(Topic, "b", null, Cancellation);
        Assert.True(producer.TrySend(Topic, null, 0x61626364));
        await producer.FlushAsync(Cancellation);

        Assert.Equal([("a", "ABCD"), ("b", null), (null, "abcd")], _scene.Log.Records(0).Select(r => (r.Key, r.Value)));
    }

    private static bool IsAvailable(CompressionType codec)
    {
        try
        {
            using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = codec });
            builder.Append(0, default, "x"u8);
            builder.Build();
            return true;
        }
        catch (Samsa.Protocol.Compression.CodecUnavailableException)
        {
            return false;
        }
    }

    private static string Text(int i) => i.ToString(CultureInfo.InvariantCulture);

    private static byte[] Bytes(int i) => Encoding.UTF8.GetBytes(Text(i));
}
