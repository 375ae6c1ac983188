using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>What a membership wants done. At most one request is under way, a heartbeat or a LeaveGroup that nobody waits for aside.</summary>
internal abstract record MembershipEffect
{
    /// <summary>Join the group (JoinGroup).</summary>
    public sealed record Join(
        int Attempt, GroupMember Member, IReadOnlyCollection<string> Topics, IReadOnlyCollection<TopicPartition> Owned, string Reason) : MembershipEffect;

    /// <summary>This member leads: share the partitions out.</summary>
    public sealed record Share(int Attempt, JoinGroupResponse Joined) : MembershipEffect;

    /// <summary>Give or get the assignment (SyncGroup).</summary>
    public sealed record Sync(
        int Attempt, GroupMember Member, string? Assignor, List<SyncGroupRequest.SyncGroupRequestAssignment> Assignments) : MembershipEffect;

    /// <summary>Say that the member lives (Heartbeat).</summary>
    public sealed record Heartbeat(int Attempt, GroupMember Member) : MembershipEffect;

    /// <summary>Say what changed and hear what to do (ConsumerGroupHeartbeat). What is null did not change.</summary>
    public sealed record Beat(
        int Attempt,
        GroupMember Member,
        bool IsFull,
        IReadOnlyCollection<string>? Topics,
        string? ServerPattern,
        IReadOnlyCollection<TopicPartition>? Owned) : MembershipEffect;

    /// <summary>Find the names of the topics in an assignment, which has ids.</summary>
    public sealed record Resolve(int Attempt, ConsumerGroupHeartbeatResponse.AssignmentData Assignment) : MembershipEffect;

    /// <summary>Leave the group (LeaveGroup; nobody waits for the answer.</summary>
    public sealed record Leave(GroupMember Member, string Reason) : MembershipEffect;

    /// <summary>Write a log line.</summary>
    public sealed record Tell(LogLevel Level, string Text) : MembershipEffect;
}
