using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>
/// What happens to a membership. An answer names the attempt that asked; one of an older attempt says nothing any more. <see cref="ErrorCode.None"/>
/// comes with the answer, anything else with an explanation.
/// </summary>
internal abstract record MembershipEvent
{
    /// <summary>The topics that the consumer wants, at first or from now on; or a pattern that the coordinator matches.</summary>
    public sealed record Subscribed(IReadOnlyCollection<string> Topics, string? ServerPattern = null) : MembershipEvent;

    /// <summary>Time passed.</summary>
    /// <param name="CallerAsked">Whether the caller asked for more since the last event of this kind, or waits for it.</param>
    public sealed record Ticked(bool CallerAsked) : MembershipEvent;

    /// <summary>The answer to <see cref="MembershipEffect.Join"/>.</summary>
    public sealed record JoinAnswered(int Attempt, ErrorCode Error, string? Text, JoinGroupResponse? Answer) : MembershipEvent;

    /// <summary>The outcome of <see cref="MembershipEffect.Share"/>: what each member gets, and how many partitions each topic had.</summary>
    public sealed record Shared(
        int Attempt,
        List<SyncGroupRequest.SyncGroupRequestAssignment> Assignments,
        IReadOnlyDictionary<string, int> Partitions,
        Exception? Failure) : MembershipEvent;

    /// <summary>The answer to <see cref="MembershipEffect.Sync"/>.</summary>
    public sealed record SyncAnswered(int Attempt, ErrorCode Error, string? Text, MemberAssignment? Assignment) : MembershipEvent;

    /// <summary>The answer to <see cref="MembershipEffect.Heartbeat"/>.</summary>
    public sealed record HeartbeatAnswered(int Attempt, ErrorCode Error, string? Text) : MembershipEvent;

    /// <summary>The answer to <see cref="MembershipEffect.Beat"/>.</summary>
    public sealed record BeatAnswered(int Attempt, ErrorCode Error, string? Text, ConsumerGroupHeartbeatResponse? Answer) : MembershipEvent;

    /// <summary>The outcome of <see cref="MembershipEffect.Resolve"/>; comes again when more of the names are known.</summary>
    public sealed record Targeted(int Attempt, IReadOnlyCollection<TopicPartition> Partitions) : MembershipEvent;

    /// <summary>An offset commit was refused, which says something of the membership under which it was sent.</summary>
    public sealed record CommitRefused(ErrorCode Error, GroupMember Member) : MembershipEvent;

    /// <summary>How many partitions the topics of the group have now, for its leader; the topics are those that the attempt shared out.</summary>
    public sealed record Counted(int Attempt, IReadOnlyDictionary<string, int> Partitions) : MembershipEvent;

    /// <summary>The caller is through with what <see cref="MembershipState.Take"/> gave it.</summary>
    public sealed record RoundDone(CallerRound Round) : MembershipEvent;

    /// <summary>The caller gave up before anything happened, and will come again.</summary>
    public sealed record RoundReturned(CallerRound Round) : MembershipEvent;

    /// <summary>The subscription ends; the caller gave its partitions back already.</summary>
    public sealed record Ended(string Reason, bool IsClosing) : MembershipEvent;
}
