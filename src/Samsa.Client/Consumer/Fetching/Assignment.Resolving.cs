using Samsa.Protocol;

namespace Samsa.Client.Consumer.Fetching;

/// <content>The resolvers' end: offsets that have to be asked for before a partition can be fetched.</content>
internal sealed partial class Assignment
{
    /// <summary>The partitions of a leader that need an answer before they can be fetched.</summary>
    public void CollectUnresolved(int node, List<ResolveTarget> targets, out TimeSpan wait)
    {
        targets.Clear();
        wait = Timeout.InfiniteTimeSpan;
        var now = options.TimeProvider.GetTimestamp();
        lock (Gate)
        {
            foreach (var state in _partitions.Values)
            {
                if (state.Leader != node || state.Phase is not (PartitionPhase.Resetting or PartitionPhase.Validating) || !IsDue(state, now, ref wait))
                {
                    continue;
                }

                if (state.Phase == PartitionPhase.Validating && state.LeaderEpoch < 0)
                {
                    // The broker knows no epochs (before Kafka 2.1).
                    state.Phase = PartitionPhase.Fetching;
                    Changed();
                    continue;
                }

                targets.Add(new ResolveTarget(
                    state, state.Generation, state.Phase, state.LeaderEpoch, state.Phase == PartitionPhase.Resetting ? state.ResetTo : state.FetchEpoch));
            }
        }
    }

    /// <summary>The offset that a reset looked for.</summary>
    public void CompleteReset(ResolveTarget target, long offset, int epoch)
    {
        lock (Gate)
        {
            if (!IsCurrent(target))
            {
                return;
            }

            Move(target.State, new TopicPartitionOffset(target.State.Id, offset));
            target.State.PositionEpoch = epoch;
            target.State.FetchEpoch = epoch;
        }

        Changed();
    }

    /// <summary>The time that a reset looked for is younger than all records: the end is looked for instead.</summary>
    public void ResetToEnd(ResolveTarget target)
    {
        lock (Gate)
        {
            if (IsCurrent(target))
            {
                target.State.ResetTo = TopicPartitionOffset.End;
            }
        }

        Changed();
    }

    /// <summary>The log that the new leader has for the epoch of the last record read ends at <paramref name="endOffset"/>; -1 when it knows none.</summary>
    /// <returns>The place that the consumer went back to, when records were lost.</returns>
    public TopicPartitionOffset? CompleteValidation(ResolveTarget target, long endOffset, int epoch)
    {
        TopicPartitionOffset? wentBack = null;
        lock (Gate)
        {
            if (!IsCurrent(target))
            {
                return null;
            }

            var state = target.State;
            var known = endOffset >= 0 && epoch >= 0;
            if (known && endOffset >= state.FetchOffset)
            {
                state.Phase = PartitionPhase.Fetching;
                state.Failures = 0;
            }
            else if (known && endOffset >= state.Position)
            {
                // What is gone was fetched ahead and seen by nobody.
                state.Phase = PartitionPhase.Fetching;
                Forget(state);
            }
            else if (options.AutoOffsetReset == AutoOffsetReset.None)
            {
                var divergence = known ? new TopicPartitionOffset(state.Id, endOffset, epoch) : (TopicPartitionOffset?)null;
                Forget(state);
                Fail(state, new LogTruncationException(state.Id, state.Position, divergence));
            }
            else if (known)
            {
                wentBack = new TopicPartitionOffset(state.Id, endOffset);
                Move(state, wentBack.Value);
                state.PositionEpoch = epoch;
                state.FetchEpoch = epoch;
            }
            else
            {
                Start(state);
            }
        }

        Changed();
        return wentBack;
    }

    /// <summary>The broker is too old to be asked (before Kafka 2.1): the partition is fetched as it is.</summary>
    public void SkipValidation(ResolveTarget target)
    {
        lock (Gate)
        {
            if (IsCurrent(target))
            {
                target.State.Phase = PartitionPhase.Fetching;
            }
        }

        Changed();
    }

    /// <summary>The question failed. What may pass is asked again later.</summary>
    public void FailResolve(ResolveTarget target, ErrorCode error, string message)
    {
        lock (Gate)
        {
            if (!IsCurrent(target))
            {
                return;
            }

            if (error.IsRetriable() || error == ErrorCode.UnknownServerError)
            {
                Delay(target.State);
            }
            else
            {
                Fail(target.State, error, $"The offset of {target.State.Id} to start from cannot be found: {message}");
            }
        }
    }

    private static bool IsCurrent(ResolveTarget target) =>
        target.State.Generation == target.Generation && target.State.Phase == target.Phase;
}
