using Samsa.Broker.Groups.Consumers;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <summary>What a group has to do when its records are committed, or could not be appended. Comes back as an event.</summary>
internal abstract record GroupReceipt(Group Group)
{
    /// <summary>The leader's assignment.</summary>
    internal sealed record Assignment(ClassicGroup Classic, IReadOnlyDictionary<string, byte[]> Assignments)
        : GroupReceipt(Classic);

    /// <summary>A static member that came back under a new id. What it was before is needed to take it back.</summary>
    internal sealed record StaticMember(
        ClassicGroup Classic,
        ClassicMember Member,
        string OldMemberId,
        IReadOnlyList<GroupProtocol> OldProtocols,
        int OldSessionTimeoutMs,
        int OldRebalanceTimeoutMs,
        JoinGroupResponse Answer) : GroupReceipt(Classic);

    /// <summary>
    /// What a step drafted for a consumer group. <paramref name="Next"/> is that group, or the classic one that takes its place; it may be
    /// new itself, and then takes the place of the one that is there. <paramref name="Then"/> happens before the answer is given.
    /// </summary>
    internal sealed record Changes(
        ConsumerGroup Source,
        Group Next,
        IReadOnlyList<ConsumerChange> List,
        GroupTicket? Ticket,
        IMessage? Answer,
        Action<GroupStep>? Then) : GroupReceipt(Next);

    /// <summary>Committed offsets.</summary>
    internal sealed record Commit(
        Group Group,
        GroupTicket Ticket,
        IReadOnlyList<OffsetToCommit> Offsets,
        OffsetCommitResponse Answer) : GroupReceipt(Group);
}
