using System.Text;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <content>Committed offsets, and what administrators do with groups.</content>
internal sealed partial class GroupShard
{
    private static ErrorCode CommitError(ErrorCode append) => append is ErrorCode.MessageTooLarge or ErrorCode.RecordListTooLarge
        ? ErrorCode.InvalidCommitOffsetSize
        : append;

    private void Commit(GroupEvent.Commit commit, GroupStep step)
    {
        if (Find(commit.GroupId) is not { } group)
        {
            if (commit.GenerationId >= 0)
            {
                // A member of a group that was forgotten.
                Refuse(commit, commit.NamesMissingGroups ? ErrorCode.GroupIdNotFound : ErrorCode.IllegalGeneration, step);
                return;
            }

            group = Make(commit.GroupId);
        }

        if (group.CheckCommit(commit, step) is var error and not ErrorCode.None)
        {
            Refuse(commit, error, step);
            NoteDeadline(group);
            return;
        }

        NoteDeadline(group);
        var accepted = new List<OffsetToCommit>(commit.Offsets.Count);
        var records = new List<GroupRecord>(commit.Offsets.Count);
        foreach (var each in commit.Offsets)
        {
            if (Encoding.UTF8.GetByteCount(each.Offset.Metadata) > options.MaxMetadataBytes)
            {
                each.Outcome.ErrorCode = ErrorCode.OffsetMetadataTooLarge;
                continue;
            }

            each.Outcome.ErrorCode = group.CheckCommit(commit, each.Partition, step);
            if (each.Outcome.ErrorCode != ErrorCode.None)
            {
                continue;
            }

            accepted.Add(each);
            records.Add(GroupRecords.Offset(commit.GroupId, each.Partition, each.Offset));
        }

        if (accepted.Count == 0)
        {
            step.Answer(commit.Ticket, commit.Answer);
            return;
        }

        step.Store(records, new GroupReceipt.Commit(group, commit.Ticket, accepted, commit.Answer));
    }

    private void OnStored(GroupEvent.Stored stored, GroupStep step)
    {
        if (stored.Receipt is GroupReceipt.Changes changes)
        {
            OnChangesStored(changes, stored.Error, step);
            return;
        }

        if (stored.Receipt is not GroupReceipt.Commit commit)
        {
            stored.Receipt.Group.OnStored(stored.Receipt, stored.Error, step);
            NoteDeadline(stored.Receipt.Group);
            return;
        }

        foreach (var each in commit.Offsets)
        {
            if (stored.Error == ErrorCode.None)
            {
                commit.Group.Offsets.Put(each.Partition, each.Offset);
            }

            each.Outcome.ErrorCode = CommitError(stored.Error);
        }

        counts.AddCommits(stored.Error == ErrorCode.None ? commit.Offsets.Count : 0);
        step.Answer(commit.Ticket, commit.Answer);
    }

    private static void Refuse(GroupEvent.Commit commit, ErrorCode error, GroupStep step)
    {
        foreach (var each in commit.Offsets)
        {
            each.Outcome.ErrorCode = error;
        }

        step.Answer(commit.Ticket, commit.Answer);
    }

    private void Administer(GroupEvent happened, GroupStep step)
    {
        switch (happened)
        {
            case GroupEvent.Describe describe:
                var described = new DescribeGroupsResponse();
                if (FindClassic(describe.GroupId) is { } group)
                {
                    described.Groups.Add(group.Describe());
                }

                step.Answer(describe.Ticket, described);
                break;
            case GroupEvent.DescribeConsumer describe:
                DescribeConsumer(describe, step);
                break;
            case GroupEvent.LookUpTopics look:
                LookUpTopics(look.GroupId, step);
                break;
            case GroupEvent.List list:
                step.Answer(list.Ticket, List(list));
                break;
            case GroupEvent.Delete delete:
                Delete(delete, step);
                break;
            case GroupEvent.DeleteOffsets delete:
                DeleteOffsets(delete, step);
                break;
            case GroupEvent.Expire:
                Expire(step);
                break;
            case GroupEvent.TopicsDeleted deleted:
                ForgetTopics(deleted.Topics, step);
                break;
            default:
                throw new InvalidOperationException($"{happened.GetType().Name} is no event of groups.");
        }
    }

    private ListGroupsResponse List(GroupEvent.List list)
    {
        var answer = new ListGroupsResponse();
        foreach (var group in _groups.Values)
        {
            if (Allows(list.States, group.StateName) && Allows(list.Types, group.TypeName))
            {
                answer.Groups.Add(new ListGroupsResponse.ListedGroup
                {
                    GroupId = group.GroupId,
                    ProtocolType = group.ProtocolTypeName,
                    GroupState = group.StateName,
                    GroupType = group.TypeName,
                });
            }
        }

        return answer;
    }

    private static bool Allows(IReadOnlyList<string> filter, string name) =>
        filter.Count == 0 || filter.Contains(name, StringComparer.OrdinalIgnoreCase);

    private void Delete(GroupEvent.Delete delete, GroupStep step)
    {
        var group = Find(delete.GroupId);
        var error = group is null ? ErrorCode.GroupIdNotFound : group.IsEmpty ? ErrorCode.None : ErrorCode.NonEmptyGroup;
        if (error == ErrorCode.None)
        {
            var records = new List<GroupRecord>();
            foreach (var (partition, _) in group!.Offsets.All)
            {
                records.Add(GroupRecords.OffsetTombstone(group.GroupId, partition));
            }

            counts.AddDeletions(records.Count);
            End(group, records);
            step.Store(records);
        }

        var answer = new DeleteGroupsResponse();
        answer.Results.Add(new DeleteGroupsResponse.DeletableGroupResult { GroupId = delete.GroupId, ErrorCode = error });
        step.Answer(delete.Ticket, answer);
    }

    private void DeleteOffsets(GroupEvent.DeleteOffsets delete, GroupStep step)
    {
        var group = Find(delete.GroupId);
        if (group is null || !(group.IsEmpty || group.KnowsSubscriptions))
        {
            step.Answer(delete.Ticket, new OffsetDeleteResponse { ErrorCode = group is null ? ErrorCode.GroupIdNotFound : ErrorCode.NonEmptyGroup });
            return;
        }

        var records = new List<GroupRecord>();
        foreach (var (partition, outcome) in delete.Partitions)
        {
            if (!group.IsEmpty && group.IsSubscribedTo(partition.Topic))
            {
                outcome.ErrorCode = ErrorCode.GroupSubscribedToTopic;
            }
            else if (group.Offsets.Remove(partition))
            {
                records.Add(GroupRecords.OffsetTombstone(group.GroupId, partition));
            }
        }

        counts.AddDeletions(records.Count);
        step.Store(records);
        step.Answer(delete.Ticket, delete.Answer);
    }

    private void Expire(GroupStep step)
    {
        foreach (var group in _groups.Values.ToArray())
        {
            var records = new List<GroupRecord>();
            foreach (var partition in group.ExpiredOffsets(step.Timestamp, options.OffsetsRetentionMs))
            {
                group.Offsets.Remove(partition);
                records.Add(GroupRecords.OffsetTombstone(group.GroupId, partition));
            }

            counts.AddExpirations(records.Count);
            if (group.IsEmpty && group.Offsets.IsEmpty)
            {
                End(group, records);
            }

            step.Store(records);
        }
    }

    private void ForgetTopics(IReadOnlyList<string> topics, GroupStep step)
    {
        foreach (var group in _groups.Values)
        {
            var records = new List<GroupRecord>();
            foreach (var topic in topics)
            {
                foreach (var partition in group.Offsets.OfTopic(topic).Keys.ToArray())
                {
                    group.Offsets.Remove(new TopicPartition(topic, partition));
                    records.Add(GroupRecords.OffsetTombstone(group.GroupId, new TopicPartition(topic, partition)));
                }
            }

            counts.AddDeletions(records.Count);
            step.Store(records);
        }
    }

    private void End(Group group, List<GroupRecord> records)
    {
        group.AddTombstones(records);
        group.Die();
        _groups.Remove(group.GroupId);
    }
}
