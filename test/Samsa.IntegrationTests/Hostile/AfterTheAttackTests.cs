using System.Diagnostics;
using Samsa.IntegrationTests.Support;
using Samsa.IntegrationTests.Wire;
using Samsa.Protocol.Messages;
using Xunit;
using static Samsa.IntegrationTests.Hostile.HostileScene;
using WireClient = Samsa.IntegrationTests.Wire.WireClient;

namespace Samsa.IntegrationTests.Hostile;

/// <summary>What is left of attacks when they are over. Looks at the whole process, so nothing else runs beside it.</summary>
[Collection(AloneCollection.Name)]
public sealed class AfterTheAttackTests
{
    private const int Peers = 100;

    [Fact]
    public async Task Peers_that_announce_20_GB_and_send_little_take_little_memory()
    {
        await using var scene = await StartAsync(null, "socket.listen.backlog.size=500");
        await scene.Good.RoundsAsync(100);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 200; i++)
            await scene.Connect().SendAsync((byte[])[.. Announce(104857600), .. new byte[3000]]);
        await scene.UntilConnectionsAsync(200 + GoodConnections);
        await scene.Good.RoundsAsync(20);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 10 << 20);
    }

    [Fact]
    public async Task Memory_handles_and_connections_are_back_after_attacks()
    {
        await using var scene = await StartAsync(null, "queued.max.request.bytes=100000000000", "socket.listen.backlog.size=500");
        var topic = await scene.CreateTopicAsync("target", partitions: 20);
        using (var client = await WireClient.ConnectAsync(scene.Broker.BootstrapServers))
            await client.MustProduceAsync(topic, WireRecords.Single(null, new byte[900_000], WireRecords.Now));
        await AttackAsync(scene, topic);
        var (memory, handles) = await CalmAsync(scene);

        for (var i = 0; i < 6; i++)
            await AttackAsync(scene, topic);

        var (memoryAfter, handlesAfter) = await CalmAsync(scene);
        Assert.InRange(handlesAfter, 0, handles + 10);

        // Pools of buffers may have grown a little; 3,600 connections of which something was kept would show as much more.
        Assert.InRange(memoryAfter, 0, memory + (10 << 20));
    }

    // 600 connections that leave in every state that a connection can be in.
    private static async Task AttackAsync(HostileScene scene, WireTopic topic)
    {
        var ask = Frame(new MetadataRequest { Topics = null }, 9);
        var produce = Frame(WireCalls.ProduceRequest(topic, WireRecords.Single(null, new byte[30_000], WireRecords.Now), 9), 9);
        var fetch = Frame(WireCalls.FetchRequest(topic, 0, 11), 11);
        var wait = Frame(WireCalls.FetchRequest(topic, 1, 11, f => { f.MinBytes = 1; f.MaxWaitMs = 600_000; }, partition: 1), 11);
        for (var i = 0; i < Peers; i++)
        {
            scene.Connect();
            await scene.Connect().SendAsync(produce.AsMemory(0, 1 + i * (produce.Length - 2) / Peers));
            await scene.Connect(receiveBuffer: 4096).SendAsync(fetch);
            await scene.Connect().SendAsync((byte[])[.. wait, .. wait, .. ask]);
            await scene.Connect().SendAsync((byte[])[.. Announce(100_000_000), 1, 2, 3]);
            await scene.Connect(receiveBuffer: 4096).SendAsync(Enumerable.Repeat(ask, 60).SelectMany(frame => frame).ToArray());
        }

        await scene.UntilConnectionsAsync(6 * Peers + GoodConnections);
        await scene.Good.RoundsAsync(10);
        scene.CloseAll(reset: true);
        await scene.UntilConnectionsAsync(GoodConnections);
    }

    // The process with everything done and collected: the smallest of some looks, for a last task may still hold something.
    private static async Task<(long Memory, int Handles)> CalmAsync(HostileScene scene)
    {
        await UntilAsync(() => scene.Metric("kafka_network_socketserver_memorypoolused") < 1000, "the memory of the requests");
        var (memory, handles) = (long.MaxValue, int.MaxValue);
        for (var i = 0; i < 10; i++)
        {
            await scene.Good.RoundsAsync(5);
            memory = Math.Min(memory, GC.GetTotalMemory(forceFullCollection: true));
            handles = Math.Min(handles, Handles());
        }

        return (memory, handles);
    }

    private static int Handles()
    {
        using var process = Process.GetCurrentProcess();
        return Directory.Exists("/proc/self/fd") ? Directory.GetFileSystemEntries("/proc/self/fd").Length : process.HandleCount;
    }
}
