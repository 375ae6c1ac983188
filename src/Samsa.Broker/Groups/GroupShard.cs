using Samsa.Broker.Configuration;
using Samsa.Broker.Groups.Consumers;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: the groups that one partition of <c>__consumer_offsets</c> keeps, as a state machine: an event goes in, answers and records
/// come out. No IO, no clock, no randomness, so that a test can drive it through anything.
/// Threads: one at a time. Lifetime: from the first record read to the partition's end.
/// Never fails: what is wrong with a request is in its answer.
/// </summary>
internal sealed partial class GroupShard(GroupOptions options, GroupCounts counts)
{
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Group, long> _deadlines = new();

    /// <summary>Every group.</summary>
    public IReadOnlyCollection<Group> Groups => _groups.Values;

    /// <summary>When <see cref="GroupEvent.TimePassed"/> is due; <see cref="Group.Never"/> when it is not.</summary>
    public long NextDeadline
    {
        get
        {
            while (_deadlines.TryPeek(out var group, out var deadline))
            {
                if (group.QueuedAt == deadline && !group.IsDead)
                {
                    return deadline;
                }

                _deadlines.Dequeue();
            }

            return Group.Never;
        }
    }

    /// <summary>The group with this name, or null.</summary>
    public Group? Find(string groupId) => _groups.GetValueOrDefault(groupId);

    /// <summary>One step.</summary>
    public void Step(GroupEvent happened, GroupStep step)
    {
        switch (happened)
        {
            case GroupEvent.Heartbeat beat:
                Heartbeat(beat, step);
                break;
            case GroupEvent.ConsumerHeartbeat beat:
                HeartbeatOfConsumer(beat, step);
                break;
            case GroupEvent.Commit commit:
                Commit(commit, step);
                break;
            case GroupEvent.Join join:
                Join(join, step);
                break;
            case GroupEvent.Sync sync:
                Sync(sync, step);
                break;
            case GroupEvent.Leave leave:
                Leave(leave, step);
                break;
            case GroupEvent.Stored stored:
                OnStored(stored, step);
                break;
            case GroupEvent.TimePassed:
                PassTime(step);
                break;
            case GroupEvent.Unload unload:
                Unload(unload.Error);
                break;
            case GroupEvent.FetchOffsets fetch:
                step.Answer(fetch.Ticket, OffsetFetchAnswer.Of(Find(fetch.Request.GroupId), fetch.Request, fetch.RequireStable));
                break;
            default:
                Administer(happened, step);
                break;
        }
    }

    private void Unload(ErrorCode error)
    {
        foreach (var group in _groups.Values)
        {
            group.Unload(error);
        }

        _groups.Clear();
        _deadlines.Clear();
    }

    private ClassicGroup? FindClassic(string groupId) => _groups.GetValueOrDefault(groupId) as ClassicGroup;

    private void Heartbeat(GroupEvent.Heartbeat beat, GroupStep step)
    {
        if (Find(beat.GroupId) is not { } group)
        {
            step.Answer(beat.Ticket, new HeartbeatResponse { ErrorCode = ErrorCode.UnknownMemberId });
            return;
        }

        group.Heartbeat(beat, step);
        NoteDeadline(group);
    }

    private void Sync(GroupEvent.Sync sync, GroupStep step)
    {
        if (Find(sync.GroupId) is not { } group)
        {
            step.Answer(sync.Ticket, ClassicGroup.SyncAnswer(ErrorCode.UnknownMemberId));
            return;
        }

        group.Sync(sync, step);
        NoteDeadline(group);
    }

    private ClassicGroup Make(string groupId)
    {
        var group = new ClassicGroup(groupId, options, counts);
        _groups[groupId] = group;
        return group;
    }

    private void NoteDeadline(Group group)
    {
        if (group.WakeAt < group.QueuedAt)
        {
            group.QueuedAt = group.WakeAt;
            _deadlines.Enqueue(group, group.WakeAt);
        }
    }

    private void Join(GroupEvent.Join join, GroupStep step)
    {
        if (Find(join.GroupId) is ConsumerGroup consumer)
        {
            if (!consumer.IsEmpty)
            {
                consumer.Join(join, new ConsumerDraft(), step);
                NoteDeadline(consumer);
                return;
            }

            if (join.MemberId.Length == 0)
            {
                MakeClassic(consumer, step);
            }
        }

        // Whoever names a member id was a member; a group that is not there cannot have had members.
        var group = FindClassic(join.GroupId) ?? (join.MemberId.Length == 0 ? Make(join.GroupId) : null);
        if (group is null)
        {
            step.Answer(join.Ticket, ClassicGroup.JoinRefusal(join.MemberId, ErrorCode.UnknownMemberId));
            return;
        }

        group.Join(join, step);
        NoteDeadline(group);
    }

    private void Leave(GroupEvent.Leave leave, GroupStep step)
    {
        if (Find(leave.GroupId) is { } group)
        {
            group.Leave(leave, step);
            NoteDeadline(group);
            return;
        }

        var answer = new LeaveGroupResponse();
        foreach (var member in leave.Members)
        {
            answer.Members.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = member.MemberId,
                GroupInstanceId = member.GroupInstanceId,
                ErrorCode = ErrorCode.UnknownMemberId,
            });
        }

        step.Answer(leave.Ticket, answer);
    }

    private void PassTime(GroupStep step)
    {
        while (_deadlines.TryPeek(out var group, out var deadline) && deadline <= step.Now)
        {
            _deadlines.Dequeue();
            if (group.QueuedAt == deadline)
            {
                group.QueuedAt = Group.Never;
                group.OnTimePassed(step);
                NoteDeadline(group);
            }
        }
    }
}
