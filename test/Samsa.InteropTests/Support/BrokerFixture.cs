using Xunit;

namespace Samsa.InteropTests.Support;

/// <summary>One broker for the tests of a class: started by the first that asks, restarted by whoever wants.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private TestBroker? _broker;

    /// <summary>
    /// Three partitions for a topic that appears by itself; everything else as Kafka has it, but that retention does not look for old records:
    /// some tests write such, whenever their turn is.
    /// </summary>
    internal async Task<TestBroker> BrokerAsync() => _broker ??= await TestBroker.StartAsync("num.partitions=3", "log.retention.check.interval.ms=86400000", "log.initial.task.delay.ms=86400000");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }
}
