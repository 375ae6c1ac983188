using Samsa.Client.Admin;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Xunit;

namespace Samsa.InteropTests.ClientSuite;

/// <summary>The broker of one class of the suite; started by the first test that asks.</summary>
/// <param name="kind">A target of <see cref="TestBroker"/>.</param>
public abstract class SuiteBroker(string kind) : IAsyncLifetime
{
    private static readonly string[] Settings =
    [
        "num.partitions=3", "offsets.topic.replication.factor=1", "offsets.topic.num.partitions=1", "group.initial.rebalance.delay.ms=0",

        // A group of the next generation moves partitions with its heartbeats.
        "group.consumer.min.heartbeat.interval.ms=100", "group.consumer.heartbeat.interval.ms=100",
    ];

    private readonly Lock _gate = new();
    private Task<TestBroker>? _broker;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_broker is { IsCompletedSuccessfully: true } broker)
        {
            await (await broker).DisposeAsync();
        }
    }

    internal async Task<string> AddressAsync()
    {
        Task<TestBroker> broker;
        lock (_gate)
        {
            broker = _broker ??= TestBroker.StartAsync(kind, Settings);
        }

        return (await broker).BootstrapServers;
    }

    /// <summary>The address, or a skipped test where the broker does not serve an API yet.</summary>
    internal async Task<string> ServingAsync(ApiKey key)
    {
        var address = await AddressAsync();
        await using var admin = new KafkaAdmin(new AdminOptions { BootstrapServers = address });
        var versions = await admin.DescribeApiVersionsAsync(TestContext.Current.CancellationToken);
        Assert.SkipUnless(versions[0].Apis.Any(a => a.ApiKey == (short)key), $"The broker does not serve {key} yet.");
        return address;
    }
}
