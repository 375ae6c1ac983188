using Samsa.Broker.Configuration;
using Samsa.Protocol;

namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: one group of the classic protocol: members, generation, assignment, and the requests of members that wait.
/// Threads: one at a time, that of the partition which keeps it. No IO and no clock: events go in, answers and records come out
/// (<see cref="GroupStep"/>). Lifetime: from the first join or commit to <see cref="Group.IsDead"/>.
/// Never fails. Records that could not be appended come back as an event and make the members join again.
/// </summary>
internal sealed partial class ClassicGroup : Group
{
    /// <summary>The protocol type of consumers: only their metadata can be read here.</summary>
    public const string ConsumerProtocolType = "consumer";

    /// <summary>How long a new member's JoinGroup may wait before it is taken for gone (KAFKA-7610).</summary>
    private const long NewMemberJoinTimeoutMs = 5 * 60 * 1000;

    private readonly ClassicMembers _members = new();
    private readonly Dictionary<string, long> _pendingMembers = new(StringComparer.Ordinal);
    private readonly GroupOptions _options;
    private readonly GroupCounts _counts;
    private ClassicGroupState _state = ClassicGroupState.Empty;

    /// <summary>Makes a group that has nothing but its name.</summary>
    public ClassicGroup(string groupId, GroupOptions options, GroupCounts counts, GroupOffsets? offsets = null)
        : base(groupId, counts, offsets)
    {
        _options = options;
        _counts = counts;
        counts.Move((ClassicGroupState?)null, ClassicGroupState.Empty);
    }

    /// <summary>Where the group stands.</summary>
    public ClassicGroupState State
    {
        get => _state;
        private set
        {
            _counts.Move(_state, value);
            _state = value;
        }
    }

    /// <summary>Counts the completed rebalances.</summary>
    public int GenerationId { get; private set; }

    /// <summary>The kind of group; null for one that only keeps offsets.</summary>
    public string? ProtocolType { get; private set; }

    /// <summary>The protocol chosen; null while there is none.</summary>
    public string? ProtocolName { get; private set; }

    /// <summary>The member that assigns.</summary>
    public string? LeaderId { get; private set; }

    /// <summary>When the present state began, in ms since 1970; -1 when that is not known.</summary>
    public long StateTimestamp { get; private set; } = -1;

    /// <summary>The members, oldest first.</summary>
    public IList<ClassicMember> Members => _members.All;

    /// <inheritdoc/>
    public override string StateName => State.ToString();

    /// <inheritdoc/>
    public override string TypeName => "classic";

    /// <inheritdoc/>
    public override string ProtocolTypeName => ProtocolType ?? "";

    /// <inheritdoc/>
    public override bool IsEmpty => State == ClassicGroupState.Empty;

    private bool CanRebalance => State is ClassicGroupState.Empty or ClassicGroupState.Stable or ClassicGroupState.CompletingRebalance;

    /// <inheritdoc/>
    public override void Die()
    {
        base.Die();
        if (_state != ClassicGroupState.Dead)
        {
            _counts.Move(_state, null);
            _state = ClassicGroupState.Dead;
        }
    }

    /// <inheritdoc/>
    public override void Unload(ErrorCode error)
    {
        foreach (var member in _members.All)
        {
            _members.SetAwaitingJoin(member, null)?.Refuse(error);
            var sync = member.AwaitingSync;
            member.AwaitingSync = null;
            sync?.Refuse(error);
        }

        Die();
    }

    /// <inheritdoc/>
    public override void OnStored(GroupReceipt receipt, ErrorCode error, GroupStep step)
    {
        switch (receipt)
        {
            case GroupReceipt.Assignment assignment:
                OnAssignmentStored(assignment, error, step);
                break;
            case GroupReceipt.StaticMember member:
                OnStaticMemberStored(member, error, step);
                break;
            default:
                throw new InvalidOperationException($"{receipt.GetType().Name} is no receipt of a classic group.");
        }
    }

    /// <inheritdoc/>
    protected override long EarliestDeadline()
    {
        var earliest = Math.Min(_joinDeadline, _syncDeadline);
        foreach (var deadline in _pendingMembers.Values)
        {
            earliest = Math.Min(earliest, deadline);
        }

        foreach (var member in _members.All)
        {
            // A deadline that has passed while it did not count is looked at when it counts again.
            if (member.CanExpire)
            {
                earliest = Math.Min(earliest, member.SessionDeadline);
            }
        }

        return earliest;
    }

    /// <inheritdoc/>
    protected override void PassTime(GroupStep step)
    {
        foreach (var (memberId, deadline) in _pendingMembers.ToArray())
        {
            if (deadline <= step.Now && _pendingMembers.Remove(memberId))
            {
                CompleteJoinIfAllJoined(step);
            }
        }

        foreach (var member in _members.All.ToArray())
        {
            if (member.CanExpire && member.SessionDeadline <= step.Now && _members.TryGet(member.MemberId, out var present)
                && ReferenceEquals(present, member))
            {
                Remove(member, step);
            }
        }

        if (_syncDeadline <= step.Now)
        {
            OnSyncDeadline(step);
        }

        if (_joinDeadline <= step.Now)
        {
            OnJoinDeadline(step);
        }
    }

    private void TransitionTo(ClassicGroupState state, GroupStep step)
    {
        State = state;
        StateTimestamp = step.Timestamp;
    }

    private void KeepAlive(ClassicMember member, GroupStep step) => SetSessionDeadline(member, step.Now + member.SessionTimeoutMs);

    private void SetSessionDeadline(ClassicMember member, long deadline)
    {
        member.SessionDeadline = deadline;
        Schedule(deadline);
    }

    // None, or why somebody who says he is a member is none.
    private ErrorCode CheckMember(string memberId, string? instanceId)
    {
        if (instanceId is not null)
        {
            return _members.IdOfInstance(instanceId) is not { } present ? ErrorCode.UnknownMemberId
                : present != memberId ? ErrorCode.FencedInstanceId
                : ErrorCode.None;
        }

        return _members.Has(memberId) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    // The member is gone: who remains shares the work anew.
    private void Remove(ClassicMember member, GroupStep step)
    {
        // A request of it that waits comes from a connection that may be alive: it is told to join from scratch.
        if (_members.SetAwaitingJoin(member, null) is { } join)
        {
            step.Answer(join, JoinRefusal("", ErrorCode.UnknownMemberId));
        }

        AnswerSync(member, ErrorCode.UnknownMemberId, step);
        Drop(member);
        if (State is ClassicGroupState.Stable or ClassicGroupState.CompletingRebalance)
        {
            PrepareRebalance(step);
        }
        else if (State == ClassicGroupState.PreparingRebalance)
        {
            CompleteJoinIfAllJoined(step);
        }
    }

    private void Drop(ClassicMember member)
    {
        _members.Remove(member);
        if (LeaderId == member.MemberId)
        {
            LeaderId = _members.Count > 0 ? _members.All[0].MemberId : null;
        }
    }
}
