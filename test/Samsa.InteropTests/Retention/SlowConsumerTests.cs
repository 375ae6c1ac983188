using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Samsa.IntegrationTests.Wire;
using Samsa.InteropTests.Differential;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;
using Xunit;

namespace Samsa.InteropTests.Retention;

/// <summary>
/// Retention deletes what a consumer is reading: it gets the records that it asked for, or is told that they are gone and goes on where
/// the log begins now; never anything else, and no deleted file stays open for it.
/// </summary>
public sealed class SlowConsumerTests : IAsyncLifetime
{
    private const int ValueBytes = 64 * 1024;
    private const int SegmentBytes = 1024 * 1024;
    private const int RecordsPerSegment = SegmentBytes / ValueBytes;
    private const int RetentionBytes = 2 * SegmentBytes;

    // Overtaken so often; more with SAMSA_SIZE_OVERTAKES.
    private static readonly int Rounds = Sizes.Sizes.Of("OVERTAKES", 4);

    private TestBroker? _broker;
    private long _produced;

    private TestBroker Broker => _broker!;

    public async ValueTask InitializeAsync() => _broker = await TestBroker.StartProcessAsync(
        "log.retention.check.interval.ms=100", "log.initial.task.delay.ms=0", "log.segment.delete.delay.ms=100",
        $"log.retention.bytes={RetentionBytes}", $"log.segment.bytes={SegmentBytes}");

    public ValueTask DisposeAsync() => Broker.DisposeAsync();

    [Fact]
    public async Task An_answer_on_its_way_is_right_although_its_segment_is_deleted()
    {
        ProcessUse use = new(Broker.ProcessId);
        using WireClient client = await WireClient.ConnectAsync(Broker.BootstrapServers);
        WireTopic topic = await CreateAsync(client, "in-flight");
        await ProduceAsync(client, topic, RecordsPerSegment);
        for (int round = 0; round < Rounds; round++)
        {
            // It reads the answer's length and stops; the rest, the better part of a segment, waits in the broker for room.
            using Socket slow = ConnectSlowly();
            (long from, byte[] length) = await BeginAsync(slow, client, topic);
            await UntilDeletedAsync(client, topic, from);
            Assert.InRange(use.OpenDeletedFiles, 1, int.MaxValue);

            // From here on it reads as fast as others; the small window would take half a minute.
            slow.ReceiveBufferSize = SegmentBytes;
            FetchResponse.PartitionData answer = Decode(await ReadAsync(slow, BinaryPrimitives.ReadInt32BigEndian(length)));
            int records = AssertRecords(answer.Records.Memory, from);
            Assert.InRange(records, RecordsPerSegment / 2, int.MaxValue);
            await SendFetchAsync(slow, topic, from + records);
            answer = Decode(await ReadAsync(slow, BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(slow, sizeof(int)))));
            Assert.Equal((Samsa.Protocol.ErrorCode.OffsetOutOfRange, 0), (answer.ErrorCode, answer.Records.Length));
            await AssertNoDeletedFileAsync(use);
        }
    }

    [Fact]
    public async Task A_consumer_that_leaves_within_an_answer_leaves_no_deleted_file_open()
    {
        ProcessUse use = new(Broker.ProcessId);
        using WireClient client = await WireClient.ConnectAsync(Broker.BootstrapServers);
        WireTopic topic = await CreateAsync(client, "left");
        await ProduceAsync(client, topic, RecordsPerSegment);
        long from = await StartAsync(client, topic);
        List<Socket> leaving = [.. Enumerable.Range(0, 10).Select(_ => ConnectSlowly())];
        foreach (Socket socket in leaving)
        {
            await SendFetchAsync(socket, topic, from);
            await ReadAsync(socket, sizeof(int));
        }

        await UntilDeletedAsync(client, topic, from);
        Assert.InRange(use.OpenDeletedFiles, 1, int.MaxValue);
        for (int i = 0; i < leaving.Count; i++)
        {
            leaving[i].LingerState = new LingerOption(i % 2 == 0, 0);
            leaving[i].Dispose();
        }

        await AssertNoDeletedFileAsync(use);
    }

    [Fact]
    public async Task A_real_consumer_that_is_overtaken_goes_on_where_the_log_begins()
    {
        _ = new ConfluentDotnetClient();
        ProcessUse use = new(Broker.ProcessId);
        using WireClient client = await WireClient.ConnectAsync(Broker.BootstrapServers);
        WireTopic topic = await CreateAsync(client, "overtaken");
        await ProduceAsync(client, topic, RecordsPerSegment);
        using IConsumer<Ignore, byte[]> consumer = Consumer(AutoOffsetReset.Earliest);
        consumer.Assign(new TopicPartitionOffset(topic.Name, 0, 0));
        long next = 0;
        long jumps = 0;
        for (int round = 0; round < Rounds; round++)
        {
            // It takes some and pauses; meanwhile all that it has not fetched yet goes away.
            for (int i = 0; i < 5; i++)
            {
                Take(consumer, ref next, ref jumps);
            }

            await ProduceAsync(client, topic, 4 * RecordsPerSegment);
            long position = next;
            await Conditions.UntilAsync("the log begins behind the consumer", () => StartAsync(client, topic), start => start > position + RecordsPerSegment);
            await UntilRetentionIsDoneAsync(topic);
        }

        while (next < _produced)
        {
            Take(consumer, ref next, ref jumps);
        }

        Sizes.Sizes.Say($"{_produced} records, overtaken {Rounds} times, {jumps} jumps");
        Assert.InRange(jumps, 1, Rounds);
        await AssertNoDeletedFileAsync(use);
    }

    [Fact]
    public async Task A_real_consumer_that_wants_no_reset_is_told()
    {
        _ = new ConfluentDotnetClient();
        using WireClient client = await WireClient.ConnectAsync(Broker.BootstrapServers);
        WireTopic topic = await CreateAsync(client, "told");
        await ProduceAsync(client, topic, 5 * RecordsPerSegment);
        await UntilDeletedAsync(client, topic, 0);
        using IConsumer<Ignore, byte[]> consumer = Consumer(AutoOffsetReset.Error);
        consumer.Assign(new TopicPartitionOffset(topic.Name, 0, 0));
        ConsumeException told = Assert.Throws<ConsumeException>(() => consumer.Consume(WireClient.Patience));
        Assert.Equal(ErrorCode.Local_AutoOffsetReset, told.Error.Code);
    }

    // Fetches one record at a time and keeps few, so that it is really slow.
    private IConsumer<Ignore, byte[]> Consumer(AutoOffsetReset reset) => new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
    {
        BootstrapServers = Broker.BootstrapServers,
        GroupId = "unused",
        EnableAutoCommit = false,
        AutoOffsetReset = reset,
        CheckCrcs = true,
        QueuedMinMessages = 1,
        MaxPartitionFetchBytes = ValueBytes,
    }).SetLogHandler((_, _) => { }).Build();

    private static void Take(IConsumer<Ignore, byte[]> consumer, ref long next, ref long jumps)
    {
        ConsumeResult<Ignore, byte[]> result = consumer.Consume(WireClient.Patience)
            ?? throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"Nothing arrived at offset {next}."));
        Assert.InRange(result.Offset.Value, next, long.MaxValue);
        jumps += result.Offset.Value == next ? 0 : 1;
        Assert.True(result.Message.Value.AsSpan().SequenceEqual(ValueOf(result.Offset.Value)), $"The record at {result.Offset.Value} is another one.");
        next = result.Offset.Value + 1;
    }

    // Retention may still be at work: an offset that is gone already is answered at once, and asked for anew.
    private static async Task<(long From, byte[] Length)> BeginAsync(Socket slow, WireClient client, WireTopic topic)
    {
        while (true)
        {
            long from = await StartAsync(client, topic);
            await SendFetchAsync(slow, topic, from);
            byte[] length = await ReadAsync(slow, sizeof(int));
            int bytes = BinaryPrimitives.ReadInt32BigEndian(length);
            if (bytes > SegmentBytes / 2)
            {
                return (from, length);
            }

            Assert.Equal(Samsa.Protocol.ErrorCode.OffsetOutOfRange, Decode(await ReadAsync(slow, bytes)).ErrorCode);
        }
    }

    // More records until retention has taken the segment that begins with the offset, and its files are gone under any name.
    private async Task UntilDeletedAsync(WireClient client, WireTopic topic, long baseOffset)
    {
        await ProduceAsync(client, topic, 4 * RecordsPerSegment);
        string folder = Path.Combine(Broker.DataDirectory, topic.Name + "-0");
        string files = baseOffset.ToString("D20", CultureInfo.InvariantCulture) + ".*";
        await Conditions.UntilAsync("the log begins behind the segment", () => StartAsync(client, topic), start => start > baseOffset);
        await Conditions.UntilAsync(
            "the files of the segment are gone", () => Task.FromResult(Directory.GetFiles(folder, files).Length), count => count == 0);
    }

    // Nothing is left that it would take: without its oldest segment the log would be smaller than what is kept.
    private async Task UntilRetentionIsDoneAsync(WireTopic topic)
    {
        int bytes = WireRecords.Single(null, ValueOf(0), WireRecords.Now).Length;
        await Conditions.UntilAsync(
            "retention has taken what it may",
            () => Task.FromResult(Directory.GetFiles(Path.Combine(Broker.DataDirectory, topic.Name + "-0"), "*.log")
                .Select(file => long.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture)).Order().ToList()),
            offsets => offsets.Count < 2 || (_produced - offsets[1]) * bytes < RetentionBytes);
    }

    private static Task<int> AssertNoDeletedFileAsync(ProcessUse use) =>
        Conditions.UntilAsync("no deleted file is open", () => Task.FromResult(use.OpenDeletedFiles), count => count == 0);

    private static async Task<long> StartAsync(WireClient client, WireTopic topic) => (await client.ListOffsetsAsync(topic, -2)).Offset;

    private async Task<WireTopic> CreateAsync(WireClient client, string name)
    {
        CreateTopicsResponse made = await client.SendAsync<CreateTopicsResponse>(Requests.CreateTopics(Requests.NewTopic(name)), 7);
        Assert.Equal(Samsa.Protocol.ErrorCode.None, made.Topics[0].ErrorCode);
        _produced = 0;
        return new WireTopic(name, made.Topics[0].TopicId);
    }

    private async Task ProduceAsync(WireClient client, WireTopic topic, int count)
    {
        for (int i = 0; i < count; i++, _produced++)
        {
            Assert.Equal(_produced, await client.MustProduceAsync(topic, WireRecords.Single(null, ValueOf(_produced), WireRecords.Now)));
        }
    }

    // Bytes that no other offset has.
    private static byte[] ValueOf(long offset)
    {
        byte[] value = new byte[ValueBytes];
        new Random((int)offset).NextBytes(value);
        return value;
    }

    private static int AssertRecords(ReadOnlyMemory<byte> records, long from)
    {
        int count = 0;
        using RecordReader reader = new();
        foreach (RecordBatchView batch in new RecordBatchEnumerator(records.Span))
        {
            Assert.True(batch.IsCrcValid());
            BatchRecords inner = reader.Read(batch);
            while (inner.MoveNext())
            {
                Assert.Equal(from + count, inner.Current.Offset);
                Assert.True(inner.Current.Value.Span.SequenceEqual(ValueOf(from + count)), $"The record at {from + count} is another one.");
                count++;
            }
        }

        return count;
    }

    private Socket ConnectSlowly()
    {
        // Little room for bytes that nobody reads yet.
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096, NoDelay = true };
        socket.Connect(IPAddress.Loopback, Broker.Port);
        return socket;
    }

    private static async Task SendFetchAsync(Socket socket, WireTopic topic, long offset)
    {
        byte[] frame = Scene.Frame(WireCalls.FetchRequest(topic, offset, 11, r => r.Topics[0].Partitions[0].PartitionMaxBytes = 2 * SegmentBytes), 11);
        byte[] prefix = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(prefix, frame.Length);
        await socket.SendAsync((byte[])[.. prefix, .. frame]);
    }

    private static FetchResponse.PartitionData Decode(byte[] frame)
    {
        WireReader reader = new(frame.AsMemory(sizeof(int)));
        FetchResponse response = new();
        response.Read(ref reader, 11);
        return response.Responses[0].Partitions[0];
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        using CancellationTokenSource limit = new(WireClient.Patience);
        byte[] bytes = new byte[count];
        for (int have = 0; have < count;)
        {
            int read = await socket.ReceiveAsync(bytes.AsMemory(have), limit.Token);
            Assert.True(read > 0, "The broker closed the connection within an answer.");
            have += read;
        }

        return bytes;
    }
}
