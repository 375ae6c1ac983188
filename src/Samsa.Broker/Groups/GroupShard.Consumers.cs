using Samsa.Broker.Groups.Consumers;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <content>Consumer groups, and the change from one protocol to the other.</content>
internal sealed partial class GroupShard
{
    private void HeartbeatOfConsumer(GroupEvent.ConsumerHeartbeat beat, GroupStep step)
    {
        var request = beat.Request;
        var group = Find(request.GroupId) as ConsumerGroup;
        if (request.MemberEpoch < ConsumerMember.JoinEpoch)
        {
            if (group is null)
            {
                step.Answer(beat.Ticket, ConsumerGroup.Refusal(ErrorCode.GroupIdNotFound, $"Consumer group {request.GroupId} not found."));
                return;
            }

            group.Leave(beat, step);
            NoteDeadline(group);
            return;
        }

        var draft = new ConsumerDraft();
        if (group is null && request.MemberEpoch == ConsumerMember.JoinEpoch)
        {
            var found = Find(request.GroupId);
            string? why = null;
            group = found is ClassicGroup classic
                ? ConsumerGroup.From(classic, options, counts, draft, step, out why)
                : new ConsumerGroup(request.GroupId, options, counts);
            if (group is null)
            {
                step.Answer(beat.Ticket, ConsumerGroup.Refusal(ErrorCode.GroupIdNotFound, why));
                return;
            }
        }

        if (group is null)
        {
            step.Answer(beat.Ticket, ConsumerGroup.Refusal(ErrorCode.GroupIdNotFound, $"Consumer group {request.GroupId} not found."));
            return;
        }

        group.Heartbeat(beat, draft, step);
        NoteDeadline(group);
    }

    // A group that was made in this step is known only when its records are committed.
    private void OnChangesStored(GroupReceipt.Changes changes, ErrorCode error, GroupStep step)
    {
        var present = Find(changes.Next.GroupId);
        if (error != ErrorCode.None)
        {
            changes.Source.OnLost();
            if (!ReferenceEquals(present, changes.Next))
            {
                changes.Next.Retire(step);
            }

            if (changes.Ticket is { } refused)
            {
                step.Answer(refused, refused.Refusal(error));
            }

            if (present is not null)
            {
                NoteDeadline(present);
            }

            return;
        }

        if (!ReferenceEquals(present, changes.Next))
        {
            present?.Retire(step);
            _groups[changes.Next.GroupId] = changes.Next;
        }

        if (changes.Next is ConsumerGroup consumer)
        {
            consumer.OnCommitted(changes.List, step);
            consumer.BeginSessions(step);
        }

        changes.Then?.Invoke(step);
        if (changes is { Ticket: { } ticket, Answer: { } answer })
        {
            step.Answer(ticket, answer);
        }

        NoteDeadline(changes.Next);
    }

    // Somebody of the classic protocol comes to a consumer group that has nobody: it is a classic one again.
    private ClassicGroup MakeClassic(ConsumerGroup empty, GroupStep step)
    {
        var records = new List<GroupRecord>();
        empty.AddTombstones(records);
        step.Store(records);
        empty.Retire(step);
        var group = new ClassicGroup(empty.GroupId, options, counts, empty.Offsets);
        _groups[empty.GroupId] = group;
        return group;
    }

    private void DescribeConsumer(GroupEvent.DescribeConsumer describe, GroupStep step)
    {
        var answer = new ConsumerGroupDescribeResponse();
        answer.Groups.Add(Find(describe.GroupId) switch
        {
            ConsumerGroup group => group.Describe(step.Cluster),
            ClassicGroup => NotDescribed(describe.GroupId, $"Group {describe.GroupId} is not a consumer group."),
            _ => NotDescribed(describe.GroupId, $"Group {describe.GroupId} not found."),
        });
        step.Answer(describe.Ticket, answer);
    }

    private static ConsumerGroupDescribeResponse.DescribedGroup NotDescribed(string groupId, string why) => new()
    {
        GroupId = groupId,
        ErrorCode = ErrorCode.GroupIdNotFound,
        ErrorMessage = why,
    };

    private void LookUpTopics(string groupId, GroupStep step)
    {
        if (Find(groupId) is ConsumerGroup group)
        {
            group.LookUpTopics(step);
            NoteDeadline(group);
        }
    }

    private void ReplayConsumer(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value)
    {
        var change = ConsumerRecords.Read(key, value, out var groupId);
        var found = Find(groupId);
        if (found is not ConsumerGroup group)
        {
            if (value is null)
            {
                return;
            }

            group = new ConsumerGroup(groupId, options, counts, found?.Offsets);
            (found as ClassicGroup)?.Abandon();
            _groups[groupId] = group;
        }

        group.Apply(change);
        if (change is ConsumerChange.EpochGone && group.IsEmpty)
        {
            // Nothing is left but perhaps offsets, which belong to nobody in particular.
            group.Abandon();
            _groups[groupId] = new ClassicGroup(groupId, options, counts, group.Offsets);
        }
    }
}
