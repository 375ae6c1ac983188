using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Faults;

/// <summary>Files of a broker that changed behind its back, while it serves, over a clean stop and over a crash.</summary>
public sealed class DamagedFileTests
{
    private const int Batches = 3;

    // Of the second batch; what lies before is not under the checksum (base offset, length, leader epoch, magic).
    private static readonly int[] DamagedBytes = [18, 22, 34, 42, 50, 60, RecordBatchHeader.Size + 3, RecordBatchHeader.Size + 8];

    [Theory]
    [InlineData("serving")]
    [InlineData("clean stop")]
    [InlineData("crash")]
    public async Task A_flipped_bit_in_a_segment_gives_no_wrong_record(string moment)
    {
        using var lines = new LogLines();
        await using var broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions { LoggerFactory = lines });
        var topics = new List<WireTopic>();
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            foreach (var at in DamagedBytes)
            {
                var name = $"damaged-{at}";
                var request = new CreateTopicsRequest { Topics = [new() { Name = name, NumPartitions = 1, ReplicationFactor = 1 }] };
                topics.Add(new WireTopic(name, (await client.SendAsync<CreateTopicsResponse>(request, 7)).Topics[0].TopicId));
                for (var i = 0; i < Batches; i++)
                    await client.MustProduceAsync(topics[^1], WireRecords.Single(null, WireRecords.Bytes($"value {i}"), WireRecords.Now));
            }
        }

        if (moment == "clean stop")
            await broker.StopAsync();
        else if (moment == "crash")
            await broker.CrashAsync();
        foreach (var (topic, at) in topics.Zip(DamagedBytes))
            FlipBitOfSecondBatch(Segment(broker, topic), at);
        if (moment != "serving")
            await broker.RestartAsync();

        using var consumer = await WireClient.ConnectAsync(broker.BootstrapServers);
        foreach (var topic in topics)
        {
            // Only recovery looks at checksums, and cuts there; before it, a consumer that checks them notices.
            var end = (await consumer.ListOffsetsAsync(topic, -1)).Offset;
            Assert.Equal(moment == "crash" ? 1 : Batches, end);
            var seen = new HashSet<long>();
            for (var offset = 0; offset < end; offset++)
            {
                var answer = await consumer.FetchAsync(topic, offset);
                Assert.Equal(ErrorCode.None, answer.ErrorCode);
                foreach (var record in Intact(answer.Records.Memory.Span))
                {
                    Assert.Equal($"value {record.Offset}", record.Value);
                    seen.Add(record.Offset);
                }
            }

            Assert.Equal(moment == "crash" ? [0L] : [0L, 2L], seen.Order());
            if (moment == "crash")
                Assert.Contains(lines.All, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains(topic.Name, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("recovery-point-offset-checkpoint")]
    [InlineData("log-start-offset-checkpoint")]
    [InlineData("replication-offset-checkpoint")]
    public async Task A_damaged_checkpoint_is_named_and_made_anew(string name)
    {
        using var lines = new LogLines();
        await using var broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions { LoggerFactory = lines });
        var topic = new WireTopic("t", Guid.Empty);
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            var request = new CreateTopicsRequest { Topics = [new() { Name = "t", NumPartitions = 1, ReplicationFactor = 1 }] };
            await client.SendAsync<CreateTopicsResponse>(request, 7);
            await client.MustProduceAsync(topic, WireRecords.Batch(5));
        }

        await broker.StopAsync();
        var path = Path.Combine(broker.DataDirectory, name);
        await File.WriteAllTextAsync(path, "0\n1\nt 0 what\n");
        await broker.RestartAsync();

        Assert.Contains(lines.All, line => line.StartsWith($"Warning: The checkpoint {path} counts as empty: Line 3", StringComparison.Ordinal));
        using (var again = await WireClient.ConnectAsync(broker.BootstrapServers))
            Assert.Equal(5, (await again.ReadAsync(topic)).Count);
        await broker.StopAsync();
        Assert.DoesNotContain("what", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
    }

    private static string Segment(SamsaBroker broker, WireTopic topic) =>
        Path.Combine(broker.DataDirectory, topic.Name + "-0", "00000000000000000000.log");

    private static void FlipBitOfSecondBatch(string path, int at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var second = (int)(file.Length / Batches);
        file.Position = second + at;
        file.WriteByte((byte)(bytes[second + at] ^ 0x10));
    }

    /// <summary>What a consumer with check.crcs makes of an answer: a batch with a wrong checksum is not looked into.</summary>
    private static List<SeenRecord> Intact(ReadOnlySpan<byte> records)
    {
        var seen = new List<SeenRecord>();
        for (var at = 0; at < records.Length;)
        {
            var size = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(records[(at + 8)..]) + 12;
            var batch = records.Slice(at, size);
            if (RecordBatch.IsCrcValid(batch))
                seen.AddRange(WireRecords.Read(batch));
            at += size;
        }

        return seen;
    }
}
