using Samsa.Client.Consumer.Parallel;

namespace Samsa.Client.Consumer.Fetching;

/// <content>Records that are processed in parallel: what is handed out is not what is done.</content>
internal sealed partial class Assignment : IWorkProgress
{
    /// <summary>As <see cref="TryAdvance"/>, without counting as done when the caller comes back.</summary>
    /// <param name="state">The partition.</param>
    /// <param name="generation">Its generation when the record was decoded.</param>
    /// <param name="position">The position behind what is handed out.</param>
    /// <param name="epoch">The leader epoch of that.</param>
    /// <param name="moves">How often the position was moved from outside so far.</param>
    public bool TryHandOut(PartitionState state, int generation, long position, int epoch, out int moves)
    {
        lock (Gate)
        {
            moves = state.Moves;
            if (state.Generation != generation)
            {
                return false;
            }

            state.Position = position;
            state.PositionEpoch = epoch;
            return true;
        }
    }

    public bool IsWanted(PartitionState state, int moves)
    {
        lock (Gate)
        {
            return state.Moves == moves && _partitions.TryGetValue(state.Id, out var current) && current == state;
        }
    }

    public void Store(PartitionState state, int moves, long offset, int epoch)
    {
        lock (Gate)
        {
            if (options.EnableAutoOffsetStore && IsWanted(state, moves))
            {
                state.StoredOffset = offset;
                state.StoredEpoch = epoch;
            }
        }
    }

    public void GiveBack(PartitionState state, int moves, long offset, int epoch)
    {
        lock (Gate)
        {
            if (!IsWanted(state, moves))
            {
                return;
            }

            state.Position = offset;
            state.PositionEpoch = epoch;
            Forget(state);
        }

        Changed();
    }
}
