using Samsa.Broker.Groups.Consumers;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <content>What the log says, record by record, before the first event.</content>
internal sealed partial class GroupShard
{
    // Offsets that were written inside a transaction count when its marker says so.
    private readonly Dictionary<long, HashSet<string>> _openTransactions = [];

    /// <summary>
    /// Takes over one record. <paramref name="producerId"/> is that of its transaction, -1 for a record outside of one. False for a
    /// record of a type that is not known here: it stays in the log and means nothing.
    /// </summary>
    /// <exception cref="Samsa.Protocol.Wire.ProtocolViolationException">The bytes are no such record.</exception>
    /// <exception cref="UnsupportedVersionException">The record is of a version that is not known here.</exception>
    public bool Replay(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value, long producerId = -1)
    {
        switch (GroupRecords.TypeOf(key.Span))
        {
            case GroupRecords.OldOffsetKey or GroupRecords.OffsetKey:
                ReplayOffset(GroupRecords.ReadKey<OffsetCommitKey>(key), value, producerId);
                return true;
            case GroupRecords.ClassicGroupKey:
                ReplayGroup(GroupRecords.ReadKey<GroupMetadataKey>(key).Group, value);
                return true;
            case var type when ConsumerRecords.IsConsumerKey(type):
                ReplayConsumer(key, value);
                return true;
            default:
                return false;
        }
    }

    /// <summary>A transaction ended.</summary>
    public void ReplayMarker(long producerId, bool committed)
    {
        if (!_openTransactions.Remove(producerId, out var groups))
        {
            return;
        }

        foreach (var groupId in groups)
        {
            Find(groupId)?.Offsets.EndTransaction(producerId, committed);
        }
    }

    /// <summary>The log is read to its end: sessions begin.</summary>
    public void OnLoaded(GroupStep step)
    {
        foreach (var group in _groups.Values.ToArray())
        {
            if (group.IsNothing)
            {
                group.Die();
                _groups.Remove(group.GroupId);
                continue;
            }

            group.OnLoaded(step);
            NoteDeadline(group);
        }
    }

    private void ReplayOffset(OffsetCommitKey key, ReadOnlyMemory<byte>? value, long producerId)
    {
        var group = Find(key.Group) ?? Make(key.Group);
        var partition = new TopicPartition(key.Topic, key.Partition);
        if (value is not { } bytes)
        {
            if (producerId < 0)
            {
                group.Offsets.Remove(partition);
            }
            else
            {
                group.Offsets.RemovePending(partition);
            }

            return;
        }

        var stored = GroupRecords.ReadValue<OffsetCommitValue>(bytes);
        var offset = new CommittedOffset(stored.Offset, stored.LeaderEpoch, stored.Metadata, stored.CommitTimestamp, stored.ExpireTimestamp);
        if (producerId < 0)
        {
            group.Offsets.Put(partition, offset);
            return;
        }

        group.Offsets.PutPending(producerId, partition, offset);
        if (!_openTransactions.TryGetValue(producerId, out var groups))
        {
            _openTransactions[producerId] = groups = new HashSet<string>(StringComparer.Ordinal);
        }

        groups.Add(key.Group);
    }

    private void ReplayGroup(string groupId, ReadOnlyMemory<byte>? value)
    {
        if (value is not null && Find(groupId) is ConsumerGroup replaced)
        {
            replaced.Abandon();
            _groups[groupId] = new ClassicGroup(groupId, options, counts, replaced.Offsets);
        }

        var group = FindClassic(groupId) ?? (value is null ? null : Make(groupId));
        group?.Load(value is { } bytes ? GroupRecords.ReadValue<GroupMetadataValue>(bytes) : new GroupMetadataValue());
    }
}
