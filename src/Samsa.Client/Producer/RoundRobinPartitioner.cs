using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>Gives each partition of a topic a record in turn, whatever the key: Kafka's <c>RoundRobinPartitioner</c>. Entered from any thread.</summary>
public sealed class RoundRobinPartitioner : IPartitioner
{
    private readonly ConcurrentDictionary<string, StrongBox<int>> _next = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public int Partition(string topic, OptionalBytes key, OptionalBytes value, int partitionCount)
    {
        if (!_next.TryGetValue(topic, out var next))
        {
            next = _next.GetOrAdd(topic, new StrongBox<int>(-1));
        }

        return (int)((uint)Interlocked.Increment(ref next.Value) % (uint)partitionCount);
    }
}
