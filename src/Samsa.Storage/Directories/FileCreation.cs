using System.Collections.Concurrent;

namespace Samsa.Storage.Directories;

/// <summary>
/// Owns the queue of new logs whose files do not exist yet, and makes them one after the other on a thread of the pool: a
/// topic of thousands of partitions is announced before they are there (as Apache Kafka does it). A log that is written to
/// earlier makes its own; a log that is closed or deleted meanwhile is passed over.
/// Any thread may add. Lives as long as its <see cref="LogManager"/>; what a crash leaves undone, the next start does.
/// Failures go to the handler it was made with.
/// </summary>
internal sealed class FileCreation(IStorageScheduler scheduler, Action<Exception> onFailure)
{
    private readonly ConcurrentQueue<PartitionLog> _waiting = new();
    private int _running;

    internal void Add(PartitionLog log)
    {
        _waiting.Enqueue(log);
        if (Interlocked.Exchange(ref _running, 1) == 0)
        {
            scheduler.Schedule(TimeSpan.Zero, Run);
        }
    }

    private void Run()
    {
        do
        {
            while (_waiting.TryDequeue(out var log))
            {
                try
                {
                    log.CreateFiles();
                }
                catch (StorageException failure)
                {
                    onFailure(failure);
                }
            }

            Volatile.Write(ref _running, 0);
        }
        while (!_waiting.IsEmpty && Interlocked.Exchange(ref _running, 1) == 0);
    }
}
