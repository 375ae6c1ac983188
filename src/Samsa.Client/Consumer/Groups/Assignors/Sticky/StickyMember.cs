using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Assignors.Sticky;

/// <summary>What a member had before.</summary>
/// <param name="Partitions">Its partitions.</param>
/// <param name="Generation">The generation in which it had them, or <see cref="NoGeneration"/>.</param>
internal readonly record struct StickyMember(IReadOnlyList<TopicPartition> Partitions, int Generation)
{
    public const int NoGeneration = -1;
}
