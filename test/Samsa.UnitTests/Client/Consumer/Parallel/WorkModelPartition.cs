using Samsa.Client.Consumer.Fetching;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>A partition of a <see cref="WorkModel"/> from one move of its position to the next.</summary>
internal sealed class WorkModelPartition(PartitionState state, int moves)
{
    public PartitionState State => state;

    public int Moves => moves;

    public required long Start { get; init; }

    public required long Next { get; set; }

    public required long Stored { get; set; }

    public List<WorkModelRecord> Taken { get; } = [];

    /// <summary>What was taken before the last move, which the queue forgets with the first record after it.</summary>
    public WorkModelPartition? Before { get; init; }

    public long FinishedTo
    {
        get
        {
            var to = Start;
            foreach (var record in Taken)
            {
                if (!record.IsFinished)
                {
                    break;
                }

                to = record.Next;
            }

            return to;
        }
    }

    public int Pending => Taken.Count == 0 ? Before?.Pending ?? 0 : Taken.SkipWhile(record => record.IsFinished).Count();
}
