using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Groups;

/// <summary>
/// One broker and the groups of all clients that are at hand, side by side, because most of their time is waiting for sessions. Lives for
/// all tests of the class; each test looks at one story.
/// </summary>
public sealed class GroupStories : IAsyncLifetime
{
    /// <summary>How a skipped test begins its message, in xunit v3.</summary>
    private const string SkipMark = "$XunitDynamicSkip$";

    private readonly Dictionary<string, Task> _outcomes = [];
    private readonly Dictionary<string, string> _missing = [];
    private readonly List<GroupStory> _stories = [];
    private readonly TemporaryDirectory _programs = new();
    private TestBroker? _broker;

    internal TestBroker Broker => _broker!;

    public async ValueTask InitializeAsync()
    {
        // Without a producer there is no story.
        if (!TryFind("kcat", () => Tools.Kcat, out _))
            return;
        _broker = await TestBroker.StartProcessAsync(MixedGroup.BrokerSettings);
        var server = _broker.BootstrapServers;
        Tell("kcat", (topic, group) => GroupMember.Kcat(server, topic, group));
        if (TryFind("kafka-python", () => Tools.Python("kafka", "python3-kafka"), out var python))
            Tell("kafka-python", (topic, group) => GroupMember.Script(python, "kafka_python_group.py", server, topic, group));
        if (TryFind("confluent-kafka-python", () => Tools.Python("confluent_kafka", "python3-confluent-kafka"), out var confluent))
            Tell("confluent-kafka-python", (topic, group) => GroupMember.Script(confluent, "confluent_python_group.py", server, topic, group));
        if (TryFind("Confluent.Kafka", () => Tools.Librdkafka, out _))
            Tell("Confluent.Kafka", (topic, group) => GroupMember.Dotnet("confluent", server, topic, group));
        // The same in a group of KIP-848.
        if (TryFind("Confluent.Kafka-848", () => Tools.NewLibrdkafka, out var library))
            Tell("Confluent.Kafka-848", (topic, group) => GroupMember.Dotnet("confluent=" + library, server, topic, group, "consumer"));
        var sarama = _programs.File("sarama-group");
        if (await TryFindAsync("sarama", () => Tools.BuildSaramaMemberAsync(sarama)))
            Tell("sarama", (topic, group) => GroupMember.Program(sarama, server, topic, group));
        if (TryFind("kafkajs", () => Tools.Node + "\n" + Tools.NodeModule("kafkajs"), out var node))
        {
            var (program, modules) = (node.Split('\n')[0], node.Split('\n')[1]);
            Tell("kafkajs", (topic, group) => GroupMember.Script(
                program, "kafkajs_group.js", server, topic, group, new Dictionary<string, string> { ["NODE_PATH"] = modules, ["KAFKAJS_NO_PARTITIONER_WARNING"] = "1" }));
        }

        await LiveAsync(story => story.JoinAndCrashAsync());
        await _broker.KillAsync();
        await _broker.StartAsync();
        await LiveAsync(story => story.GoOnAsync());
        await _broker.RestartAsync();
        await LiveAsync(story => story.TakeOverAsync());

        void Tell(string name, Func<string, string, GroupMember> start) => _stories.Add(new GroupStory(name, server, start));
    }

    /// <summary>Fails as the story failed; skipped where the client is missing.</summary>
    public Task OutcomeAsync(string client)
    {
        Assert.SkipWhen(_missing.ContainsKey("kcat"), _missing.GetValueOrDefault("kcat", ""));
        Assert.SkipWhen(_missing.ContainsKey(client), _missing.GetValueOrDefault(client, ""));
        return _outcomes[client];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var story in _stories)
            await story.DisposeAsync();
        if (_broker is not null)
            await _broker.DisposeAsync();
        _programs.Dispose();
    }

    private async Task LiveAsync(Func<GroupStory, Task> chapter)
    {
        foreach (var story in _stories)
        {
            var name = story.Topic["read-by-".Length..];
            if (!_outcomes.TryGetValue(name, out var before) || before.IsCompletedSuccessfully)
                _outcomes[name] = chapter(story);
        }

        await ((Task)Task.WhenAll(_outcomes.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool TryFind(string client, Func<string> find, out string found)
    {
        try
        {
            found = find();
            return true;
        }
        catch (Exception skipped) when (skipped.Message.StartsWith(SkipMark, StringComparison.Ordinal))
        {
            _missing[client] = skipped.Message[SkipMark.Length..];
            found = "";
            return false;
        }
    }

    private async Task<bool> TryFindAsync(string client, Func<Task> find)
    {
        try
        {
            await find();
            return true;
        }
        catch (Exception skipped) when (skipped.Message.StartsWith(SkipMark, StringComparison.Ordinal))
        {
            _missing[client] = skipped.Message[SkipMark.Length..];
            return false;
        }
    }
}
