using System.Globalization;
using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.RoundTrips;

/// <summary>A client driven by one of the scripts in Clients/: `program [script] create|produce|consume bootstrap topic ...`.</summary>
internal sealed class ScriptClient(
    ClientAbilities abilities, string program, string? script = null, IReadOnlyDictionary<string, string>? environment = null)
    : IKafkaClient
{
    public ClientAbilities Abilities => abilities;

    /// <summary>kafkajs cannot read assigned partitions.</summary>
    public bool CanConsume { get; init; } = true;

    /// <summary>Pinned to a protocol without CreateTopics, a client can only ask for metadata and find the topic there.</summary>
    public bool CanCreateTopics { get; init; } = true;

    public async Task CreateTopicAsync(string bootstrapServers, string topic, int partitions)
    {
        if (CanCreateTopics)
        {
            await RunAsync("create", bootstrapServers, topic, partitions.ToString(CultureInfo.InvariantCulture));
        }
    }

    public async Task ProduceAsync(string bootstrapServers, string topic, string codec, IReadOnlyList<TestRecord> records)
    {
        using TemporaryDirectory directory = new();
        RecordFile.Write(directory.File("records"), records);
        await RunAsync("produce", bootstrapServers, topic, codec, directory.File("records"));
    }

    public async Task<List<List<ConsumedRecord>>?> ConsumeAsync(string bootstrapServers, string topic, params RecordQuery[] queries)
    {
        if (!CanConsume)
        {
            return null;
        }

        using TemporaryDirectory directory = new();
        await RunAsync(["consume", bootstrapServers, topic, directory.File("records"), .. queries.Select(q => q.ToString())]);
        return RecordFile.Read(directory.File("records"));
    }

    public async Task<ChildResult> RunAsync(params string[] arguments)
    {
        string[] prefix = script is null ? [] : [Path.Combine(RepositoryPaths.Clients, script)];
        return (await Child.RunAsync(program, [.. prefix, .. arguments], input: null, environment)).Succeeded();
    }
}
