using System.Diagnostics;
using System.Net.Sockets;
using Samsa.IntegrationTests.Support;
using Samsa.Protocol;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Testing;

/// <remarks>Alone, because handles, threads and temporary folders are counted for the whole process and machine.</remarks>
[Collection(AloneCollection.Name)]
public sealed class SamsaBrokerTests
{
    /// <summary>The environment variable that says where temporary folders are made.</summary>
    private static readonly string TemporaryPlace = OperatingSystem.IsWindows() ? "TMP" : "TMPDIR";

    [Fact]
    public async Task Starts_on_a_free_port_and_dispose_removes_port_and_data()
    {
        string data, server;
        await using (var broker = await SamsaBroker.StartAsync())
        {
            (data, server) = (broker.DataDirectory, broker.BootstrapServers);
            Assert.True(await ConnectsAsync(server));
            Assert.True(File.Exists(Path.Combine(data, "meta.properties")));
        }

        Assert.False(await ConnectsAsync(server));
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task Two_brokers_live_side_by_side()
    {
        await using var one = await SamsaBroker.StartAsync();
        await using var two = await SamsaBroker.StartAsync();

        Assert.NotEqual(one.BootstrapServers, two.BootstrapServers);
        Assert.True(await ConnectsAsync(one.BootstrapServers));
        Assert.True(await ConnectsAsync(two.BootstrapServers));
    }

    [Fact]
    public async Task Restart_keeps_address_and_data()
    {
        await using var broker = await SamsaBroker.StartAsync();
        string server = broker.BootstrapServers;
        string identity = await File.ReadAllTextAsync(Path.Combine(broker.DataDirectory, "meta.properties"));

        await broker.StopAsync();
        Assert.False(await ConnectsAsync(server));
        await broker.RestartAsync();

        Assert.Equal(server, broker.BootstrapServers);
        Assert.True(await ConnectsAsync(server));
        Assert.Equal(ClusterId(identity), ClusterId(await File.ReadAllTextAsync(Path.Combine(broker.DataDirectory, "meta.properties"))));
    }

    [Fact]
    public async Task A_crash_keeps_every_acknowledged_record_and_leaves_no_mark_of_a_clean_stop()
    {
        await using var broker = await SamsaBroker.StartAsync();
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            await client.CreateTopicAsync("t");
            for (int i = 0; i < 20; i++)
                Assert.Equal((ErrorCode.None, i), await client.ProduceAsync("t", $"record {i}"));
        }

        await broker.CrashAsync();
        Assert.False(File.Exists(Path.Combine(broker.DataDirectory, ".kafka_cleanshutdown")));
        await broker.RestartAsync();

        using var second = await WireClient.ConnectAsync(broker.BootstrapServers);
        Assert.Equal(20, await second.EndOffsetAsync("t"));
        Assert.Equal((ErrorCode.None, 20), await second.ProduceAsync("t", "after the crash"));
    }

    [Fact]
    public async Task A_start_that_fails_leaves_nothing_behind()
    {
        await using var running = await SamsaBroker.StartAsync();

        // A place of its own for temporary folders: in the usual one other processes make some, too.
        var place = Directory.CreateTempSubdirectory("samsa-place-");
        string? usual = Environment.GetEnvironmentVariable(TemporaryPlace);
        Environment.SetEnvironmentVariable(TemporaryPlace, place.FullName);
        try
        {
            await Assert.ThrowsAnyAsync<Exception>(() => SamsaBroker.StartAsync(new SamsaBrokerOptions
            {
                Overrides = new Dictionary<string, string> { ["listeners"] = $"PLAINTEXT://{running.BootstrapServers}" },
            }));

            Assert.Empty(place.GetFileSystemInfos());
        }
        finally
        {
            Environment.SetEnvironmentVariable(TemporaryPlace, usual);
            place.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Fifty_starts_and_stops_leave_no_handle_and_no_thread_behind()
    {
        for (int i = 0; i < 5; i++)
            await StartAndStopAsync();
        (int handles, int threads) = Count();

        for (int i = 0; i < 50; i++)
            await StartAndStopAsync();

        // A closed connection gives its handle back a moment later, and the pool's threads go when they had nothing to do for a while: wait for it,
        // a leak would stay.
        long begin = TimeProvider.System.GetTimestamp();
        (int handlesAfter, int threadsAfter) = Count();
        while ((handlesAfter > handles + 25 || threadsAfter > threads + 20) && TimeProvider.System.GetElapsedTime(begin) < SamsaProgram.Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            (handlesAfter, threadsAfter) = Count();
        }

        // A leak would be one for each broker at least.
        Assert.InRange(handlesAfter, 0, handles + 25);
        // The pool may have a few more; a leak would be one for each broker.
        Assert.InRange(threadsAfter, 0, threads + 20);

        static async Task StartAndStopAsync()
        {
            await using var broker = await SamsaBroker.StartAsync();
            Assert.True(await ConnectsAsync(broker.BootstrapServers));
        }

        static (int Handles, int Threads) Count()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var process = Process.GetCurrentProcess();
            return (Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : process.HandleCount, process.Threads.Count);
        }
    }

    private static string ClusterId(string metaProperties) =>
        metaProperties.Split('\n').Single(line => line.StartsWith("cluster.id=", StringComparison.Ordinal));

    private static async Task<bool> ConnectsAsync(string server)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(server.Split(':')[0], int.Parse(server.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
