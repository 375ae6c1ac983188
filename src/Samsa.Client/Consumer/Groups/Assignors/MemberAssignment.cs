using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>What a member of a group is given.</summary>
/// <param name="partitions">Its partitions. Their order is kept on the wire within a topic.</param>
/// <param name="userData">What the assignor of the leader tells that of the member, or null.</param>
public sealed class MemberAssignment(IReadOnlyList<TopicPartition> partitions, ReadOnlyMemory<byte>? userData = null)
{
    /// <summary>Nothing.</summary>
    public static readonly MemberAssignment None = new([]);

    /// <summary>The partitions.</summary>
    public IReadOnlyList<TopicPartition> Partitions { get; } = partitions;

    /// <summary>What the assignor of the leader tells that of the member, or null.</summary>
    public ReadOnlyMemory<byte>? UserData { get; } = userData;
}
