using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <summary>
/// What happens to groups. Everything that a step needs from outside comes with its event, ids included; bytes are copies that the
/// group may keep. <paramref name="Caller"/> is who waits for an answer, null where nobody does.
/// </summary>
internal abstract record GroupEvent(GroupTicket? Caller)
{
    /// <summary>JoinGroup. <paramref name="FreshId"/> is what is new in the id of a new member.</summary>
    internal sealed record Join(
        GroupTicket Ticket,
        string GroupId,
        string MemberId,
        string? InstanceId,
        string ProtocolType,
        IReadOnlyList<GroupProtocol> Protocols,
        int SessionTimeoutMs,
        int RebalanceTimeoutMs,
        string ClientId,
        string ClientHost,
        bool NeedsKnownMemberId,
        bool MaySkipAssignment,
        string FreshId) : GroupEvent(Ticket);

    /// <summary>SyncGroup; protocol type and name are null where the version has none.</summary>
    internal sealed record Sync(
        GroupTicket Ticket,
        string GroupId,
        int GenerationId,
        string MemberId,
        string? InstanceId,
        string? ProtocolType,
        string? ProtocolName,
        IReadOnlyDictionary<string, byte[]> Assignments) : GroupEvent(Ticket);

    /// <summary>Heartbeat.</summary>
    internal sealed record Heartbeat(GroupTicket Ticket, string GroupId, int GenerationId, string MemberId, string? InstanceId) : GroupEvent(Ticket);

    /// <summary>LeaveGroup, in the form of v3 and newer.</summary>
    internal sealed record Leave(GroupTicket Ticket, string GroupId, IReadOnlyList<LeaveGroupRequest.MemberIdentity> Members) : GroupEvent(Ticket);

    /// <summary>
    /// OffsetCommit of known partitions; <paramref name="Answer"/> has a place for each of them, and for those that were refused already.
    /// From v9 on the client can be told that the group is not there (KIP-848).
    /// </summary>
    internal sealed record Commit(
        GroupTicket Ticket,
        string GroupId,
        int GenerationId,
        string MemberId,
        string? InstanceId,
        IReadOnlyList<OffsetToCommit> Offsets,
        OffsetCommitResponse Answer,
        short ApiVersion) : GroupEvent(Ticket)
    {
        /// <summary>Whether the client can be told that the group is not there.</summary>
        public bool NamesMissingGroups => ApiVersion >= 9;
    }

    /// <summary>ConsumerGroupHeartbeat (KIP-848), looked over. <paramref name="FreshId"/> is the id of a member that brings none.</summary>
    internal sealed record ConsumerHeartbeat(
        GroupTicket Ticket, ConsumerGroupHeartbeatRequest Request, string ClientId, string ClientHost, string FreshId) : GroupEvent(Ticket);

    /// <summary>ConsumerGroupDescribe for one group.</summary>
    internal sealed record DescribeConsumer(GroupTicket Ticket, string GroupId) : GroupEvent(Ticket);

    /// <summary>The regular expressions of a consumer group's members are to be looked up.</summary>
    internal sealed record LookUpTopics(string GroupId) : GroupEvent((GroupTicket?)null);

    /// <summary>OffsetFetch of one group, in the form of v8 and newer; null topics ask for all.</summary>
    internal sealed record FetchOffsets(GroupTicket Ticket, OffsetFetchRequest.OffsetFetchRequestGroup Request, bool RequireStable) : GroupEvent(Ticket);

    /// <summary>OffsetDelete of known partitions; <paramref name="Answer"/> has a place for each, and for those that were refused already.</summary>
    internal sealed record DeleteOffsets(
        GroupTicket Ticket, string GroupId, IReadOnlyList<OffsetToDelete> Partitions, OffsetDeleteResponse Answer) : GroupEvent(Ticket);

    /// <summary>DescribeGroups for one group.</summary>
    internal sealed record Describe(GroupTicket Ticket, string GroupId) : GroupEvent(Ticket);

    /// <summary>DeleteGroups for one group.</summary>
    internal sealed record Delete(GroupTicket Ticket, string GroupId) : GroupEvent(Ticket);

    /// <summary>ListGroups; empty filters take all.</summary>
    internal sealed record List(GroupTicket Ticket, IReadOnlyList<string> States, IReadOnlyList<string> Types) : GroupEvent(Ticket);

    /// <summary>Records are committed, or were not appended. The next event after the step that stored them.</summary>
    internal sealed record Stored(GroupReceipt Receipt, ErrorCode Error) : GroupEvent((GroupTicket?)null);

    /// <summary>Deadlines may have come.</summary>
    internal sealed record TimePassed() : GroupEvent((GroupTicket?)null);

    /// <summary>Offsets that are older than their retention go, and groups that nothing is left of.</summary>
    internal sealed record Expire() : GroupEvent((GroupTicket?)null);

    /// <summary>Topics are gone; so are the offsets that were committed for them.</summary>
    internal sealed record TopicsDeleted(IReadOnlyList<string> Topics) : GroupEvent((GroupTicket?)null);

    /// <summary>The partition goes away: requests that wait are refused. The last event.</summary>
    internal sealed record Unload(ErrorCode Error) : GroupEvent((GroupTicket?)null);
}
