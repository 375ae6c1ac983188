using Samsa.InteropTests.Support;
using Samsa.Testing;
using Xunit;

namespace Samsa.InteropTests.Differential;

/// <summary>
/// Samsa and one version of Apache Kafka beside each other, both empty at first and of the same configuration. Started by the
/// first test that asks, once for all tests of a collection.
/// </summary>
public abstract class DifferentialPair(string version) : IAsyncLifetime
{
    // What the start script of the peers sets, so that Samsa has it too.
    private static readonly Dictionary<string, string> Same = new(StringComparer.Ordinal)
    {
        ["offsets.topic.replication.factor"] = "1",
        ["transaction.state.log.replication.factor"] = "1",
        ["transaction.state.log.min.isr"] = "1",
        ["group.initial.rebalance.delay.ms"] = "0",
        ["log.index.size.max.bytes"] = "65536",
        ["auto.create.topics.enable"] = "true",
        ["log.retention.ms"] = "-1",

        // On a busy machine Apache Kafka's broker would be put out by its own controller.
        ["broker.session.timeout.ms"] = "30000",
        ["share.coordinator.state.topic.replication.factor"] = "1",
        ["share.coordinator.state.topic.min.isr"] = "1",
    };

    // A key that the version does not know would be told of as a secret.
    private readonly Dictionary<string, string> _settings =
        version == "3.9" ? Same : new(Same, StringComparer.Ordinal) { ["group.consumer.assignment.interval.ms"] = "0" };

    private Task<(Side Samsa, Side Kafka)>? _sides;
    private SamsaBroker? _samsa;
    private TestBroker? _kafka;

    public string Version => version;

    internal Task<(Side Samsa, Side Kafka)> SidesAsync() => _sides ??= StartAsync();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_samsa is not null)
            await _samsa.DisposeAsync();
        if (_kafka is not null)
            await _kafka.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task<(Side Samsa, Side Kafka)> StartAsync()
    {
        _kafka = new ApacheKafkaProcess(version, _settings);
        await _kafka.StartAsync();
        _samsa = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            // The peers' script gives this id to its broker.
            Overrides = new Dictionary<string, string>(_settings, StringComparer.Ordinal) { ["broker.id"] = "1" },
        });
        var sides = (new Side("Samsa", _samsa.BootstrapServers, _samsa.DataDirectory), new Side("Apache Kafka " + version, _kafka.BootstrapServers, _kafka.DataDirectory));
        await sides.Item1.GreetAsync();
        await sides.Item2.GreetAsync();
        return sides;
    }
}
