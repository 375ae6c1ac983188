using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>
/// Batches with their buffers, for the next records. Owns those that are idle; <see cref="MemoryBudget"/> bounds how many there can be.
/// Entered from any thread.
/// </summary>
internal sealed class BatchPool(MemoryBudget budget, RecordBatchOptions format) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<ProducerBatch> _idle = new();
    private bool _disposed;

    public MemoryBudget Budget => budget;

    /// <summary>The format of every batch, but for its numbers.</summary>
    public RecordBatchOptions Format => format;

    /// <summary>A batch for <paramref name="reserved"/> bytes of the budget, which it gives back when it returns.</summary>
    public ProducerBatch Rent(PartitionQueue queue, int reserved, int limit, long now)
    {
        ProducerBatch? batch;
        lock (_gate)
        {
            _idle.TryPop(out batch);
        }

        batch ??= new ProducerBatch(this);
        batch.Start(queue, reserved, limit, now);
        return batch;
    }

    public void Return(ProducerBatch batch, int reserved, bool keep)
    {
        lock (_gate)
        {
            if (keep && !_disposed)
            {
                _idle.Push(batch);
            }
            else
            {
                batch.Dispose();
            }
        }

        budget.Release(reserved);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            while (_idle.TryPop(out var batch))
            {
                batch.Dispose();
            }
        }
    }
}
