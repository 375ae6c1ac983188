using Samsa.Broker.Configuration;
using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Faults;

/// <summary>
/// A running broker with two log directories, one of which fails for real: its partitions answer KAFKA_STORAGE_ERROR, the
/// others go on, one log line says where and why, and what was acknowledged comes back with the disk.
/// </summary>
public sealed class FailingDirectoryTests : IDisposable
{
    private const string Never = "3600000";

    private readonly string _good = Directory.CreateTempSubdirectory("samsa-good-").FullName;
    private readonly LogLines _lines = new();

    public void Dispose()
    {
        _lines.Dispose();
        Directory.Delete(_good, recursive: true);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    public async Task A_full_disk_costs_its_directory_and_no_acknowledged_record(string flushOnAck)
    {
        using var disk = SmallDisk.Mount(kilobytes: 1024);

        // No checkpoint meets the full disk before a record does.
        await using var broker = await StartAsync(
            disk.Path, (BrokerKeys.SamsaFlushOnAck, flushOnAck), (BrokerKeys.ReplicaHighWatermarkCheckpointIntervalMs, Never),
            (BrokerKeys.LogFlushOffsetCheckpointIntervalMs, Never), (BrokerKeys.LogFlushStartOffsetCheckpointIntervalMs, Never));
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            var topic = await CreateAsync(client);
            var (healthy, failing) = Placed(broker, disk.Path);
            var acknowledged = 0;
            ErrorCode error;
            while ((error = (await client.ProduceAsync(topic, Kilobytes(20 + acknowledged), partition: failing)).ErrorCode) == ErrorCode.None)
                acknowledged++;

            Assert.Equal(ErrorCode.KafkaStorageError, error);
            Assert.InRange(acknowledged, 5, 50);
            Assert.Contains(_lines.All, line => line.StartsWith($"Error: Log directory {disk.Path} goes offline", StringComparison.Ordinal)
                && line.Contains("No space left on device", StringComparison.Ordinal)
                && line.Contains($"{disk.Path}/t-{failing}/00000000000000000000.log", StringComparison.Ordinal));
            await AssertOfflineAsync(client, topic, healthy, failing);

            // With room again everything that was acknowledged is there, and of the torn batch nothing.
            disk.Resize(kilobytes: 4096);
            await broker.RestartAsync();
            using var again = await WireClient.ConnectAsync(broker.BootstrapServers);
            Assert.Equal(acknowledged, (await again.ListOffsetsAsync(topic, -1, partition: failing)).Offset);
            for (var offset = 0; offset < acknowledged; offset++)
            {
                var found = (await again.ReadAsync(topic, offset, partition: failing))[0];
                Assert.Equal((offset, new string('v', (20 + offset) * 1024)), (found.Offset, found.Value));
            }

            Assert.Equal(acknowledged, await again.MustProduceAsync(topic, Kilobytes(1), partition: failing));
            Assert.DoesNotContain(_lines.All, line => line.StartsWith("Critical", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_directory_that_is_read_only_at_start_is_offline_and_the_broker_serves_the_other()
    {
        using var disk = SmallDisk.Mount(kilobytes: 1024);
        await using var broker = await StartAsync(disk.Path);
        WireTopic topic;
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            topic = await CreateAsync(client);
            await client.MustProduceAsync(topic, WireRecords.Batch(), partition: 0);
            await client.MustProduceAsync(topic, WireRecords.Batch(), partition: 1);
        }

        var (healthy, failing) = Placed(broker, disk.Path);
        await broker.StopAsync();
        disk.MakeReadOnly();
        await broker.RestartAsync();

        using var again = await WireClient.ConnectAsync(broker.BootstrapServers);
        await AssertOfflineAsync(again, topic, healthy, failing);
        Assert.Contains(_lines.All, line => line.StartsWith($"Error: Log directory {disk.Path} goes offline", StringComparison.Ordinal)
            && line.Contains("Read-only file system", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_directory_that_vanishes_goes_offline_with_the_next_checkpoint()
    {
        var bad = Directory.CreateTempSubdirectory("samsa-vanishing-").FullName;
        await using var broker = await StartAsync(bad, (BrokerKeys.ReplicaHighWatermarkCheckpointIntervalMs, "50"));
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        var topic = await CreateAsync(client);
        var (healthy, failing) = Placed(broker, bad);
        await client.MustProduceAsync(topic, WireRecords.Batch(), partition: failing);

        Vanish(bad);

        // Until then the open files take records; as in Apache Kafka nobody looks at the names in between.
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        while ((await client.ProduceAsync(topic, WireRecords.Batch(), partition: failing)).ErrorCode == ErrorCode.None)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, timeout.Token);
        await AssertOfflineAsync(client, topic, healthy, failing);
        Assert.Contains(_lines.All, line => line.StartsWith($"Error: Log directory {bad} goes offline", StringComparison.Ordinal));
        Assert.False(Directory.Exists(bad), "Nothing may be made anew where the directory was.");
    }

    [Fact]
    public async Task With_flush_on_ack_a_directory_that_vanishes_acknowledges_nothing_more()
    {
        var bad = Directory.CreateTempSubdirectory("samsa-vanishing-").FullName;
        await using var broker = await StartAsync(
            bad, (BrokerKeys.SamsaFlushOnAck, "true"), (BrokerKeys.ReplicaHighWatermarkCheckpointIntervalMs, Never));
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        var topic = await CreateAsync(client);
        var (healthy, failing) = Placed(broker, bad);
        await client.MustProduceAsync(topic, WireRecords.Batch(), partition: failing);

        Vanish(bad);

        await AssertOfflineAsync(client, topic, healthy, failing);
        Assert.Contains(_lines.All, line => line.StartsWith($"Error: Log directory {bad} goes offline", StringComparison.Ordinal));
    }

    /// <summary>Takes the directory away in one step: where a broker writes a checkpoint meanwhile, a deletion file by file would fail.</summary>
    private static void Vanish(string directory)
    {
        var elsewhere = directory + "-gone";
        Directory.Move(directory, elsewhere);
        Directory.Delete(elsewhere, recursive: true);
    }

    private async Task<SamsaBroker> StartAsync(string second, params (string Key, string Value)[] overrides)
    {
        var properties = overrides.ToDictionary(pair => pair.Key, pair => pair.Value);
        properties[BrokerKeys.LogDirs] = _good + "," + second;
        return await SamsaBroker.StartAsync(new SamsaBrokerOptions { Overrides = properties, LoggerFactory = _lines, DataDirectory = _good });
    }

    private static async Task<WireTopic> CreateAsync(WireClient client)
    {
        var request = new CreateTopicsRequest { Topics = [new() { Name = "t", NumPartitions = 2, ReplicationFactor = 1 }] };
        var made = (await client.SendAsync<CreateTopicsResponse>(request, 7)).Topics[0];
        Assert.Equal(ErrorCode.None, made.ErrorCode);
        return new WireTopic("t", made.TopicId);
    }

    /// <summary>Which of the two partitions is in the directory that will fail, and which in the other.</summary>
    private static (int Healthy, int Failing) Placed(SamsaBroker broker, string bad)
    {
        var failing = Enumerable.Range(0, 2).Single(index =>
            broker.Server!.Broker.Replicas.Find("t", index)!.Log.Directory.StartsWith(bad, StringComparison.Ordinal));
        return (1 - failing, failing);
    }

    private static async Task AssertOfflineAsync(WireClient client, WireTopic topic, int healthy, int failing)
    {
        Assert.Equal(ErrorCode.KafkaStorageError, (await client.ProduceAsync(topic, WireRecords.Batch(), partition: failing)).ErrorCode);
        Assert.Equal(ErrorCode.KafkaStorageError, (await client.FetchAsync(topic, 0, partition: failing)).ErrorCode);
        Assert.Equal(ErrorCode.KafkaStorageError, (await client.ListOffsetsAsync(topic, -1, partition: failing)).ErrorCode);
        var offset = await client.MustProduceAsync(topic, WireRecords.Batch(), partition: healthy);
        Assert.Equal(offset, (await client.ReadAsync(topic, offset, partition: healthy))[0].Offset);
    }

    private static byte[] Kilobytes(int count) =>
        WireRecords.Single(null, WireRecords.Bytes(new string('v', count * 1024)), WireRecords.Now, CompressionType.None);
}
