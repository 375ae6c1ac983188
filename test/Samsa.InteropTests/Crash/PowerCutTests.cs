using System.Globalization;
using System.Text;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Crash;

/// <summary>
/// kill -9 of the real process with the page cache thrown away: what samsa.flush.on.ack acknowledged is on the disk, with
/// everything that is needed to find it again.
/// </summary>
public sealed class PowerCutTests
{
    private static readonly int Cuts =
        int.Parse(Environment.GetEnvironmentVariable("SAMSA_INTEROP_POWER_CUTS") ?? "5", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Power_cuts_under_idempotent_load_lose_and_repeat_nothing_with_flush_on_ack()
    {
        _ = Tools.Kcat;
        // Small segments: some of the cuts meet a roll.
        await using SamsaProcess broker = Create("samsa.flush.on.ack=true", "log.segment.bytes=16384");
        DurableDisk disk = await DurableDisk.CreateAsync(broker);
        broker.Environment = disk.Environment;
        await broker.StartAsync();
        await IdempotentLoad.RunAsync(broker, "cut-idempotent", Cuts, disk.RollBack);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Cuts} power cuts took {disk.LostBytes} bytes of logs that were not durable");
    }

    [Theory]
    [InlineData("true", 100)]
    [InlineData("false", 0)]
    public async Task Only_what_was_flushed_outlives_a_power_cut(string flushOnAck, int expected)
    {
        const string Topic = "cut-once";
        _ = Tools.Kcat;
        await using SamsaProcess broker = Create($"samsa.flush.on.ack={flushOnAck}");
        DurableDisk disk = await DurableDisk.CreateAsync(broker);
        broker.Environment = disk.Environment;
        await broker.StartAsync();
        KcatClient client = new();
        await client.CreateTopicAsync(broker.BootstrapServers, Topic, 1);
        List<string> sent = [.. IdempotentLoad.Records(0).Take(100)];
        await client.ProduceAsync(
            broker.BootstrapServers,
            Topic,
            "none",
            [.. sent.Select(value => new TestRecord(0, 0, "k"u8.ToArray(), Encoding.UTF8.GetBytes(value), []))]);
        Assert.Equal(100, (await IdempotentLoad.ReadAllAsync(broker, Topic)).Count);

        await broker.KillAsync();
        disk.RollBack();
        await broker.StartAsync();

        List<ConsumedRecord> found = await IdempotentLoad.ReadAllAsync(broker, Topic);
        Assert.Equal(sent.Take(expected), found.Select(record => Encoding.UTF8.GetString(record.Value!)));
    }

    private static SamsaProcess Create(params string[] overrides)
    {
        Assert.SkipUnless(TestBroker.IsSamsa, "The durable disk is loaded into Samsa's own process.");
        return new SamsaProcess(
            overrides.Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]),
            TestBroker.Target == "native" ? RepositoryPaths.NativeFile : null);
    }
}
