using System.Collections.Immutable;
using Samsa.Protocol;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>What a node holds at one moment: its topics, its logs, and how far producer ids were given out.</summary>
internal sealed record NodeState(
    ImmutableSortedDictionary<string, TopicState> Topics, ImmutableDictionary<TopicPartition, LogState> Logs, long ProducerIdsBelow)
{
    public static NodeState Empty { get; } = new(
        ImmutableSortedDictionary<string, TopicState>.Empty.WithComparers(StringComparer.Ordinal),
        ImmutableDictionary<TopicPartition, LogState>.Empty,
        0);

    public NodeState With(TopicPartition partition, LogState log) => this with { Logs = Logs.SetItem(partition, log) };

    /// <summary>Adds a topic, or partitions to one.</summary>
    public NodeState With(string topic, TopicState state)
    {
        var logs = Logs;
        for (var i = Topics.TryGetValue(topic, out var known) ? known.Partitions : 0; i < state.Partitions; i++)
        {
            logs = logs.SetItem(new TopicPartition(topic, i), LogState.Empty(state.Id));
        }

        return this with { Topics = Topics.SetItem(topic, state), Logs = logs };
    }

    public NodeState Without(string topic) => this with
    {
        Topics = Topics.Remove(topic),
        Logs = Logs.RemoveRange(Logs.Keys.Where(partition => partition.Topic == topic)),
    };

    public NodeState Map(Func<LogState, LogState> change) => this with
    {
        Logs = Logs.ToImmutableDictionary(static pair => pair.Key, pair => change(pair.Value)),
    };
}
