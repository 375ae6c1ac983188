using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer.Fetching;

/// <content>The fetchers' end: which partitions a broker is asked for, and what becomes of its answers.</content>
internal sealed partial class Assignment
{
    /// <summary>Looks up the leaders anew.</summary>
    /// <param name="snapshot">The cluster.</param>
    /// <param name="nodes">Takes the brokers that have something to do.</param>
    /// <returns>False when a partition has no known leader.</returns>
    public bool Locate(ClusterSnapshot snapshot, HashSet<int> nodes)
    {
        var complete = true;
        lock (Gate)
        {
            foreach (var state in _partitions.Values)
            {
                complete &= Locate(state, snapshot);
                if (state.Leader >= 0)
                {
                    nodes.Add(state.Leader);
                    nodes.Add(state.FetchNode);
                }
            }

            _nodes = Math.Max(1, nodes.Count);
        }

        return complete;
    }

    /// <summary>What a broker is to be asked for now, and how many bytes its answer may have.</summary>
    /// <param name="node">The broker.</param>
    /// <param name="targets">Takes the partitions.</param>
    /// <param name="wait">When to look again at the latest.</param>
    /// <returns>The bytes, reserved until the answer is dealt with; 0 when nothing is to be asked.</returns>
    public int Collect(int node, List<FetchTarget> targets, out TimeSpan wait)
    {
        targets.Clear();
        wait = Timeout.InfiniteTimeSpan;
        var time = options.TimeProvider;
        var now = time.GetTimestamp();
        lock (Gate)
        {
            if (_closed)
            {
                return 0;
            }

            foreach (var state in _partitions.Values)
            {
                if (state.PreferredReplica >= 0 && state.PreferredUntil <= now)
                {
                    state.PreferredReplica = -1;
                }

                if (state.Phase == PartitionPhase.Fetching && !state.Paused && state.FetchNode == node && IsDue(state, now, ref wait))
                {
                    targets.Add(new FetchTarget(
                        state, state.Generation, state.TopicId, state.FetchOffset, state.LeaderEpoch, state.PreferredReplica >= 0));
                }
            }

            if (targets.Count == 0)
            {
                return 0;
            }

            // Every broker has its share, so that one whose answer is held back keeps no memory from the others. One answer is always
            // allowed: a batch larger than the share must not stop everything.
            var share = Math.Max(1, options.QueuedMaxBytes / _nodes);
            var used = _used.GetValueOrDefault(node);
            var free = share - used;
            if (used > 0 && free < Math.Min(options.MaxPartitionFetchBytes, share))
            {
                _starved = true;
                return 0;
            }

            var granted = (int)Math.Min(options.FetchMaxBytes, free);
            _used[node] = used + granted;
            return granted;
        }
    }

    /// <summary>An answer has come, and takes the place of what was reserved for it.</summary>
    public void Exchange(int node, int granted, int size)
    {
        lock (Gate)
        {
            _used[node] += size - granted;
        }
    }

    /// <summary>Takes what an answer says of one partition.</summary>
    /// <returns>True when the metadata is stale.</returns>
    public bool Accept(FetchTarget target, FetchResponse.PartitionData data, FetchedResponse response)
    {
        lock (Gate)
        {
            var state = target.State;
            if (state.Generation != target.Generation || state.Phase != PartitionPhase.Fetching || state.FetchOffset != target.Offset)
            {
                return false;
            }

            if (data.ErrorCode == ErrorCode.None)
            {
                Take(target, data, response);
                return false;
            }

            if (target.FromFollower)
            {
                state.PreferredReplica = -1;
                Changed();
            }

            return Refused(target, data.ErrorCode);
        }
    }

    /// <summary>A broker can serve none of the partitions, and will not be able to.</summary>
    public void Fail(List<FetchTarget> targets, KafkaException failure)
    {
        lock (Gate)
        {
            foreach (var target in targets)
            {
                if (target.State.Generation == target.Generation && target.State.Phase == PartitionPhase.Fetching)
                {
                    Fail(target.State, failure.ErrorCode, $"{target.State.Id} cannot be fetched: {failure.Message}", failure);
                }
            }
        }
    }

    private bool IsDue(PartitionState state, long now, ref TimeSpan wait)
    {
        if (state.NotBefore <= now)
        {
            return true;
        }

        // Rounded up: a timer has milliseconds.
        var left = options.TimeProvider.GetElapsedTime(now, state.NotBefore) + TimeSpan.FromMilliseconds(1);
        wait = wait == Timeout.InfiniteTimeSpan || left < wait ? left : wait;
        return false;
    }

    private bool Locate(PartitionState state, ClusterSnapshot snapshot)
    {
        var topic = snapshot.Topic(state.Id.Topic);
        if (topic is { Error: not ErrorCode.None } && !topic.Error.IsRetriable())
        {
            if (state.Phase != PartitionPhase.Failed)
            {
                Fail(state, topic.Error, $"Topic '{state.Id.Topic}' cannot be read: {topic.Error.Name()}. {topic.Error.Description()}");
            }

            return false;
        }

        if (topic?.Find(state.Id.Partition) is not { Leader: >= 0 } partition)
        {
            state.Leader = -1;
            return false;
        }

        var moved = state.Leader != partition.Leader || state.LeaderEpoch != partition.LeaderEpoch;
        var sameTopic = state.TopicId == Guid.Empty || state.TopicId == topic.TopicId;
        state.TopicId = topic.TopicId;
        if (!moved && sameTopic)
        {
            return true;
        }

        state.Leader = partition.Leader;
        state.LeaderEpoch = partition.LeaderEpoch;
        state.PreferredReplica = -1;
        state.NotBefore = 0;
        if (!sameTopic)
        {
            // Another topic of the same name: what was read says nothing of its epochs.
            state.PositionEpoch = RecordBatch.NoPartitionLeaderEpoch;
            state.FetchEpoch = RecordBatch.NoPartitionLeaderEpoch;
        }
        else if (state.Phase == PartitionPhase.Fetching && state.FetchEpoch >= 0 && state.LeaderEpoch > state.FetchEpoch)
        {
            state.Phase = PartitionPhase.Validating;
        }

        return true;
    }

    private void Take(FetchTarget target, FetchResponse.PartitionData data, FetchedResponse response)
    {
        var state = target.State;
        state.Failures = 0;
        state.HighWatermark = data.HighWatermark;
        state.LastStableOffset = data.LastStableOffset >= 0 ? data.LastStableOffset : data.HighWatermark;
        state.LogStartOffset = data.LogStartOffset;
        var records = data.Records.Memory;
        if (records.IsEmpty)
        {
            if (data.PreferredReadReplica >= 0 && data.PreferredReadReplica != state.FetchNode)
            {
                state.PreferredReplica = data.PreferredReadReplica;
                state.PreferredUntil = After(options.MetadataMaxAge);
                Changed();
            }

            return;
        }

        var next = target.Offset;
        var epoch = state.FetchEpoch;
        var fault = FetchedPartition.Scan(records.Span, ref next, ref epoch, out var whole);
        if (next > target.Offset)
        {
            response.Keep();
            state.FetchOffset = next;
            state.FetchEpoch = epoch;
            Enqueue(new FetchedPartition(
                response, target, records[..whole], options.IsolationLevel == IsolationLevel.ReadCommitted ? data.AbortedTransactions : null));
        }
        else if (fault is RecordFault.None)
        {
            // Only records from before the offset: nothing is gained by asking again at once.
            Delay(state);
        }
        else if (fault == RecordFault.Truncated)
        {
            Fail(state, ErrorCode.MessageTooLarge, $"The batch of {state.Id} at offset {next} does not fit into max.partition.fetch.bytes, and the broker cuts it.");
        }

        if (fault is not RecordFault.None and not RecordFault.Truncated)
        {
            Fail(state, ErrorCode.CorruptMessage, $"The batch of {state.Id} at offset {next} cannot be read: {fault.Describe()}");
        }
    }

    private bool Refused(FetchTarget target, ErrorCode error)
    {
        var state = target.State;
        switch (error)
        {
            case ErrorCode.OffsetOutOfRange when target.FromFollower:
                // A follower may be behind: the leader decides.
                return false;
            case ErrorCode.OffsetOutOfRange:
                state.Phase = PartitionPhase.Failed;
                Enqueue(new FetchedPartition(state, null));
                return false;
            case ErrorCode.CorruptMessage:
                break;
            default:
                if (!error.IsRetriable() && error != ErrorCode.UnknownServerError)
                {
                    break;
                }

                Delay(state);
                return error.RefreshesMetadata() || error == ErrorCode.UnknownLeaderEpoch;
        }

        Fail(state, error, $"{state.Id} cannot be fetched at offset {target.Offset}: {error.Name()}. {error.Description()}");
        return false;
    }
}
