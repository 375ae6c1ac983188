using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>An idempotent producer whose answers a restart of the broker lost sends everything that was under way again.</summary>
public sealed class ProducerRestartTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_under_way_at_a_restart_is_not_stored_twice(bool clean)
    {
        await using var broker = await SamsaBroker.StartAsync();
        var topic = new WireTopic("under-way", Guid.Empty);
        List<byte[]> batches = [.. Enumerable.Range(0, 5).Select(static i => WireRecords.Idempotent(42, 0, i * 2, 2))];
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            var created = await client.SendAsync<CreateTopicsResponse>(
                new CreateTopicsRequest { Topics = [new() { Name = topic.Name, NumPartitions = 1, ReplicationFactor = 1 }] }, 5);
            Assert.Equal(ErrorCode.None, created.Topics[0].ErrorCode);
            for (var i = 0; i < batches.Count; i++)
                Assert.Equal(i * 2, await client.MustProduceAsync(topic, batches[i]));
        }

        await (clean ? broker.StopAsync() : broker.CrashAsync());
        await broker.RestartAsync();

        using var again = await WireClient.ConnectAsync(broker.BootstrapServers);
        for (var i = 0; i < batches.Count; i++)
            Assert.Equal(i * 2, await again.MustProduceAsync(topic, batches[i]));
        Assert.Equal(10, (await again.ListOffsetsAsync(topic, -1)).Offset);
        Assert.Equal(10, await again.MustProduceAsync(topic, WireRecords.Idempotent(42, 0, 10)));
    }
}
