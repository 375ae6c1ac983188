using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups.Consumers;

/// <content>How members go, and when the group becomes a classic one with them.</content>
internal sealed partial class ConsumerGroup
{
    /// <summary>The log is read: the members have their session's time to be heard of.</summary>
    public override void OnLoaded(GroupStep step)
    {
        ForgetVersions();
        foreach (var member in _members.Values)
        {
            KeepAlive(member.MemberId, step);
            WatchRevocation(member, step);
        }

        CountState();
    }

    /// <summary>What was drafted is committed.</summary>
    public void OnCommitted(IReadOnlyList<ConsumerChange> changes, GroupStep step)
    {
        foreach (var change in changes)
        {
            Apply(change);
            if (change is ConsumerChange.Current current)
            {
                WatchRevocation(current.Member, step);
            }
        }

        CountState();
    }

    /// <summary>Everybody who has no session yet gets one: the group was a classic one until now.</summary>
    public void BeginSessions(GroupStep step)
    {
        foreach (var member in _members.Values)
        {
            if (!_times.ContainsKey(member.MemberId))
            {
                KeepAlive(member.MemberId, step);
            }
        }
    }

    /// <inheritdoc/>
    protected override void PassTime(GroupStep step)
    {
        var late = new List<ConsumerMember>();
        foreach (var (memberId, times) in _times)
        {
            if (times.Earliest > step.Now || !_members.TryGetValue(memberId, out var member))
            {
                continue;
            }

            if (times.Revocation <= step.Now && times.RevocationEpoch != member.MemberEpoch)
            {
                times.Revocation = Never;
            }

            if (times.Earliest <= step.Now)
            {
                // Until its end is committed it is a member; if that fails, it is looked at again, whatever is heard of it meanwhile.
                times.PutOff(step.Now, step.Now + RemoveAgainMs);
                late.Add(member);
            }
        }

        if (late.Count > 0)
        {
            Remove(late, step, null, null);
        }
    }

    private void WatchRevocation(ConsumerMember member, GroupStep step)
    {
        // Members of the classic protocol have a deadline to join instead.
        if (!_members.TryGetValue(member.MemberId, out var present) || present.IsClassic)
        {
            return;
        }

        var times = TimesOf(member.MemberId);
        times.Revocation = Never;
        if (present.State == MemberState.UnrevokedPartitions)
        {
            times.Revocation = step.Now + present.RebalanceTimeoutMs;
            times.RevocationEpoch = present.MemberEpoch;
            Schedule(times.Revocation);
        }
    }

    private void Remove(IReadOnlyList<ConsumerMember> leaving, GroupStep step, GroupTicket? ticket, IMessage? answer)
    {
        var ids = leaving.Select(static member => member.MemberId).ToHashSet(StringComparer.Ordinal);
        if (leaving.Any(static member => !member.IsClassic) && CanDowngradeWithout(ids, _members.Count - ids.Count))
        {
            Downgrade(null, ids, null, step, ticket, answer);
            return;
        }

        var draft = new ConsumerDraft();
        foreach (var member in leaving)
        {
            draft.Remove(member.MemberId);
        }

        foreach (var pattern in leaving.Where(static member => member.HasRegex).Select(static member => member.TopicRegex!).Distinct(StringComparer.Ordinal))
        {
            if (!_members.Values.Any(member => member.TopicRegex == pattern && !ids.Contains(member.MemberId)))
            {
                draft.Add(new ConsumerChange.RegexGone(pattern));
            }
        }

        Bump(true, null, draft, step, ids);
        Store(draft, step, ticket, answer, null);
    }

    private bool CanDowngradeWithout(string memberId, int size) => CanDowngradeWithout(new HashSet<string>(StringComparer.Ordinal) { memberId }, size);

    private bool CanDowngradeWithout(HashSet<string> memberIds, int size)
    {
        if (size == 0 || size > _options.MaxSize || !_options.MayDowngrade)
        {
            return false;
        }

        foreach (var member in _members.Values)
        {
            if (!member.IsClassic && !memberIds.Contains(member.MemberId))
            {
                return false;
            }
        }

        return true;
    }

    // Only members of the classic protocol remain: they go on as a classic group.
    private void Downgrade(
        ConsumerMember? joining, HashSet<string> without, GroupEvent.Join? join, GroupStep step, GroupTicket? ticket = null, IMessage? answer = null)
    {
        var records = new List<GroupRecord>();
        AddTombstones(records);
        var remaining = _members.Values.Where(member => !without.Contains(member.MemberId)).ToList();
        if (joining is not null)
        {
            remaining.Add(joining);
        }

        var classic = ClassicGroup.From(this, remaining, _options, _counts, step);
        records.Add(classic.Record());
        step.Store(records, new GroupReceipt.Changes(
            this, classic, [], ticket ?? join?.Ticket, answer, after => classic.OnDowngraded(join, joining?.MemberId, after)));
    }
}
