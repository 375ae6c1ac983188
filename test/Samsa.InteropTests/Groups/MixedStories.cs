using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.Groups;

/// <summary>
/// One broker and, for each way to share partitions, a group of our client, librdkafka and Apache's Java client; side by side, because most of their time
/// is waiting for sessions. Owns the broker; lives for all tests of the class, the first of which starts the stories.
/// </summary>
public sealed class MixedStories : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TemporaryDirectory _files = new();
    private Dictionary<string, Task>? _outcomes;
    private TestBroker? _broker;

    /// <summary>Fails as the story failed; skipped where one of the clients is missing.</summary>
    /// <param name="how">How the group shares its partitions.</param>
    public async Task OutcomeAsync(string how)
    {
        _ = Tools.Librdkafka;
        _ = Tools.ApacheKafka("3.9");
        _ = Tools.ApacheKafka("4.3");
        var library = how == "consumer" || File.Exists(Tools.NewLibrdkafkaFile) ? Tools.NewLibrdkafka : null;
        Dictionary<string, Task> outcomes;
        lock (_gate)
            outcomes = _outcomes ??= Begin(library);
        await outcomes[how];
    }

    public async ValueTask DisposeAsync()
    {
        await ((Task)Task.WhenAll(_outcomes?.Values.ToArray() ?? [])).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_broker is not null)
            await _broker.DisposeAsync();
        _files.Dispose();
    }

    private Dictionary<string, Task> Begin(string? newLibrdkafka)
    {
        var broker = StartAsync();

        // Each of the three is once the first, leads the assignment of a classic group, and is killed.
        Dictionary<string, Task> outcomes = new()
        {
            ["range"] = TellAsync("range", ["librdkafka", "java 4.3", "samsa"], "java 3.9"),
            ["cooperative-sticky"] = TellAsync("cooperative-sticky", ["java 4.3", "samsa", "librdkafka"], "samsa-parallel"),
        };
        if (newLibrdkafka is not null)
            outcomes["consumer"] = TellAsync("consumer", ["samsa-parallel", "librdkafka", "java 4.3"], "samsa");
        return outcomes;

        async Task TellAsync(string how, string[] clients, string late) =>
            await new MixedStory(how, (await broker).BootstrapServers, newLibrdkafka, _files).LiveAsync(clients, late);
    }

    private async Task<TestBroker> StartAsync() => _broker = await TestBroker.StartProcessAsync(MixedGroup.BrokerSettings);
}
