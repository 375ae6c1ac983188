using Samsa.Protocol;

namespace Samsa.Client.Consumer.Fetching;

/// <content>What the group has to do with positions: where partitions begin, and what of them is done.</content>
internal sealed partial class Assignment
{
    private readonly List<PartitionState> _handedOut = [];

    /// <summary>The partitions for which the group has to be asked.</summary>
    public void CollectUncommitted(List<ResolveTarget> targets, out TimeSpan wait)
    {
        targets.Clear();
        wait = Timeout.InfiniteTimeSpan;
        var now = options.TimeProvider.GetTimestamp();
        lock (Gate)
        {
            foreach (var state in _partitions.Values)
            {
                if (state.Phase == PartitionPhase.Committed && IsDue(state, now, ref wait))
                {
                    targets.Add(new ResolveTarget(state, state.Generation, state.Phase, state.LeaderEpoch, 0));
                }
            }
        }
    }

    /// <summary>The group has answered; null when it knows nothing.</summary>
    public void CompleteCommitted(ResolveTarget target, CommittedOffset? committed)
    {
        lock (Gate)
        {
            if (!IsCurrent(target))
            {
                return;
            }

            if (committed is { } known)
            {
                Move(target.State, new TopicPartitionOffset(target.State.Id, known.Offset, known.LeaderEpoch));
            }
            else
            {
                target.State.AwaitsCommitted = false;
                Start(target.State);
            }
        }

        Changed();
    }

    /// <summary>The caller comes back for more: it is done with what it has.</summary>
    public void StoreHandedOut()
    {
        if (options.GroupId is null)
        {
            return;
        }

        lock (Gate)
        {
            foreach (var state in _handedOut)
            {
                state.IsHandedOut = false;
                if (options.EnableAutoOffsetStore)
                {
                    state.StoredOffset = state.Position;
                    state.StoredEpoch = state.PositionEpoch;
                }
            }

            _handedOut.Clear();
        }
    }

    /// <summary>The caller is done with everything before the place.</summary>
    /// <exception cref="InvalidOperationException">The partition is not assigned.</exception>
    public void Store(TopicPartitionOffset place)
    {
        lock (Gate)
        {
            var state = Find(place.Partition);
            state.StoredOffset = place.Offset;
            state.StoredEpoch = place.LeaderEpoch;
        }
    }

    /// <summary>Up to where the caller is done, of every partition where that is known.</summary>
    public Dictionary<TopicPartition, CommittedOffset> Stored()
    {
        lock (Gate)
        {
            return _partitions.Values.Where(s => s.StoredOffset >= 0)
                .ToDictionary(s => s.Id, s => new CommittedOffset(s.StoredOffset, s.StoredEpoch, ""));
        }
    }

    /// <summary>The positions of every partition where they are known.</summary>
    public Dictionary<TopicPartition, CommittedOffset> Positions()
    {
        lock (Gate)
        {
            return _partitions.Values.Where(s => s.Position >= 0)
                .ToDictionary(s => s.Id, s => new CommittedOffset(s.Position, s.PositionEpoch, ""));
        }
    }

    private void HandOut(PartitionState state)
    {
        if (options.GroupId is not null && !state.IsHandedOut)
        {
            state.IsHandedOut = true;
            _handedOut.Add(state);
        }
    }
}
