using System.Diagnostics.CodeAnalysis;
using Samsa.Broker.Configuration;
using Samsa.Protocol;

namespace Samsa.Broker.Groups.Consumers;

/// <summary>
/// Owns: one group of the consumer protocol (KIP-848): members, epochs, the target assignment that the broker made, and what each member
/// has of it. Members of the classic protocol may be among them (<c>group.consumer.migration.policy</c>).
/// Threads: one at a time, that of the partition which keeps it. No IO and no clock. A step only drafts changes (<see cref="ConsumerDraft"/>);
/// they count when they are committed, and go the same way as what is read from the log (<see cref="Apply"/>).
/// Lifetime: from the first join to <see cref="Group.IsDead"/>.
/// Never fails. Changes that could not be appended are as if they had never been asked for.
/// </summary>
internal sealed partial class ConsumerGroup : Group
{
    /// <summary>How long the coordinator waits before it removes a member again whose removal could not be stored.</summary>
    private const int RemoveAgainMs = 500;

    private readonly OrderedDictionary<string, ConsumerMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _idOfInstance = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PartitionMap> _targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResolvedRegex> _regexes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MemberTimes> _times = new(StringComparer.Ordinal);

    // Who has a partition or has not given it up yet. Nobody else may get it.
    private readonly Dictionary<(Guid Topic, int Partition), string> _holders = [];
    private readonly GroupOptions _options;
    private readonly GroupCounts _counts;
    private ConsumerGroupState? _counted;
    private bool _hasOldMetadata;

    // The metadata that the present epoch was made for, as far as this run of the broker knows; -1 has to be looked at.
    private long _checkedVersion = -1;

    /// <summary>Makes a group that has nothing but its name, and perhaps the offsets of the one that it takes the place of.</summary>
    public ConsumerGroup(string groupId, GroupOptions options, GroupCounts counts, GroupOffsets? offsets = null)
        : base(groupId, counts, offsets)
    {
        _options = options;
        _counts = counts;
    }

    /// <summary>Counts the changes of members, subscriptions and topics.</summary>
    public int GroupEpoch { get; private set; }

    /// <summary>The epoch of the target assignment; smaller than the group's until it is made anew.</summary>
    public int TargetEpoch { get; private set; }

    /// <summary>When the target assignment was made, in ms since 1970; 0 if never.</summary>
    public long TargetTimestamp { get; private set; }

    /// <summary>The hash of what the present epoch knew of the topics.</summary>
    public long MetadataHash { get; private set; }

    /// <summary>The members.</summary>
    public IList<ConsumerMember> Members => _members.Values;

    /// <summary>Where the group stands.</summary>
    public ConsumerGroupState State
    {
        get
        {
            if (_members.Count == 0)
            {
                return ConsumerGroupState.Empty;
            }

            if (GroupEpoch > TargetEpoch)
            {
                return ConsumerGroupState.Assigning;
            }

            foreach (var member in _members.Values)
            {
                if (!member.IsReconciledTo(TargetEpoch))
                {
                    return ConsumerGroupState.Reconciling;
                }
            }

            return ConsumerGroupState.Stable;
        }
    }

    /// <inheritdoc/>
    public override string StateName => State.ToString();

    /// <inheritdoc/>
    public override string TypeName => "consumer";

    /// <inheritdoc/>
    public override string ProtocolTypeName => ClassicGroup.ConsumerProtocolType;

    /// <inheritdoc/>
    public override bool IsEmpty => _members.Count == 0;

    /// <inheritdoc/>
    public override bool IsNothing => _members.Count == 0 && GroupEpoch == 0 && Offsets.IsEmpty;

    /// <summary>What a member shall have.</summary>
    public PartitionMap TargetOf(string memberId) => _targets.GetValueOrDefault(memberId, PartitionMap.Empty);

    /// <summary>Finds a member.</summary>
    public bool TryGet(string memberId, [NotNullWhen(true)] out ConsumerMember? member) => _members.TryGetValue(memberId, out member);

    /// <summary>Takes over one change that is in the log.</summary>
    public void Apply(ConsumerChange change)
    {
        switch (change)
        {
            case ConsumerChange.Epoch epoch:
                (GroupEpoch, MetadataHash) = (epoch.GroupEpoch, epoch.MetadataHash);
                break;
            case ConsumerChange.EpochGone:
                (GroupEpoch, MetadataHash) = (0, 0);
                break;
            case ConsumerChange.OldMetadata or ConsumerChange.OldMetadataGone:
                _hasOldMetadata = change is ConsumerChange.OldMetadata;
                break;
            case ConsumerChange.Described described:
                // What is read from the log may come in any order: the newer record may stand before or behind that of the assignment.
                Put(_members.TryGetValue(described.Member.MemberId, out var known) ? Holding(described.Member, known) : Holding(described.Member, null));
                break;
            case ConsumerChange.DescribedGone gone:
                Drop(gone.MemberId);
                break;
            case ConsumerChange.TargetEpoch target:
                (TargetEpoch, TargetTimestamp) = (target.AssignmentEpoch, target.Timestamp);
                break;
            case ConsumerChange.TargetEpochGone:
                (TargetEpoch, TargetTimestamp) = (0, 0);
                break;
            case ConsumerChange.Target target:
                _targets[target.MemberId] = target.Partitions;
                break;
            case ConsumerChange.TargetGone gone:
                _targets.Remove(gone.MemberId);
                break;
            case ConsumerChange.Current current:
                Put(Holding(_members.GetValueOrDefault(current.Member.MemberId) ?? current.Member, current.Member));
                break;
            case ConsumerChange.CurrentGone gone:
                if (_members.TryGetValue(gone.MemberId, out var leaving))
                {
                    Put(Holding(leaving, null) with { MemberEpoch = ConsumerMember.LeaveEpoch, PreviousEpoch = ConsumerMember.LeaveEpoch });
                }

                break;
            case ConsumerChange.Regex regex:
                _regexes[regex.Pattern] = regex.Resolved;
                break;
            case ConsumerChange.RegexGone gone:
                _regexes.Remove(gone.Pattern);
                break;
            default:
                throw new InvalidOperationException($"{change.GetType().Name} is no change of a consumer group.");
        }
    }

    /// <summary>All changes of a step are applied, or all that the log has.</summary>
    public void CountState() => MoveTo(State);

    /// <inheritdoc/>
    public override void Die()
    {
        base.Die();
        MoveTo(null);
    }

    /// <inheritdoc/>
    public override void Abandon()
    {
        base.Abandon();
        MoveTo(null);
    }

    /// <inheritdoc/>
    public override void Unload(ErrorCode error) => Die();

    /// <inheritdoc/>
    public override void OnStored(GroupReceipt receipt, ErrorCode error, GroupStep step) =>
        throw new InvalidOperationException($"{receipt.GetType().Name} is no receipt of a consumer group.");

    /// <summary>The step's changes could not be stored: what it knew of the metadata has to be looked at again.</summary>
    public void OnLost() => _checkedVersion = -1;

    /// <inheritdoc/>
    protected override long EarliestDeadline()
    {
        var earliest = Never;
        foreach (var times in _times.Values)
        {
            earliest = Math.Min(earliest, times.Earliest);
        }

        return earliest;
    }

    // The one member with what the other has.
    private static ConsumerMember Holding(ConsumerMember described, ConsumerMember? holder) => described with
    {
        MemberEpoch = holder?.MemberEpoch ?? 0,
        PreviousEpoch = holder?.PreviousEpoch ?? 0,
        State = holder?.State ?? MemberState.Stable,
        Assigned = holder?.Assigned ?? PartitionMap.Empty,
        PendingRevocation = holder?.PendingRevocation ?? PartitionMap.Empty,
    };

    private void Put(ConsumerMember member)
    {
        if (_members.TryGetValue(member.MemberId, out var before))
        {
            Release(before);
        }

        _members[member.MemberId] = member;
        if (member.InstanceId is { } instance)
        {
            _idOfInstance[instance] = member.MemberId;
        }

        Hold(member.Assigned, member.MemberId);
        Hold(member.PendingRevocation, member.MemberId);
    }

    private void Drop(string memberId)
    {
        if (!_members.Remove(memberId, out var member))
        {
            return;
        }

        Release(member);
        _times.Remove(memberId);
        if (member.InstanceId is { } instance && _idOfInstance.GetValueOrDefault(instance) == memberId)
        {
            _idOfInstance.Remove(instance);
        }
    }

    private void Hold(PartitionMap partitions, string memberId)
    {
        foreach (var (topic, partition) in partitions.All)
        {
            _holders[(topic, partition.Partition)] = memberId;
        }
    }

    private void Release(ConsumerMember member)
    {
        Release(member.Assigned, member.MemberId);
        Release(member.PendingRevocation, member.MemberId);
    }

    private void Release(PartitionMap partitions, string memberId)
    {
        foreach (var (topic, partition) in partitions.All)
        {
            if (_holders.GetValueOrDefault((topic, partition.Partition)) == memberId)
            {
                _holders.Remove((topic, partition.Partition));
            }
        }
    }

    private bool IsTaken(Guid topic, int partition) => _holders.ContainsKey((topic, partition));

    private MemberTimes TimesOf(string memberId)
    {
        if (!_times.TryGetValue(memberId, out var times))
        {
            _times[memberId] = times = new MemberTimes();
        }

        return times;
    }

    private void MoveTo(ConsumerGroupState? state)
    {
        if (state != _counted)
        {
            _counts.Move(_counted, state);
            _counted = state;
        }
    }
}
