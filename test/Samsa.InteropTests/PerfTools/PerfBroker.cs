using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.PerfTools;

/// <summary>A broker of Apache Kafka 4.3 for the tests of a class: started by the first that asks.</summary>
public sealed class PerfBroker : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["offsets.topic.replication.factor"] = "1",
        ["group.initial.rebalance.delay.ms"] = "0",
        ["auto.create.topics.enable"] = "true",
    };

    private TestBroker? _broker;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    internal async Task<TestBroker> BrokerAsync()
    {
        if (_broker is null)
        {
            _ = Tools.ApacheKafka("4.3");
            _broker = new ApacheKafkaProcess("4.3", Settings);
            await _broker.StartAsync();
        }

        return _broker;
    }
}
