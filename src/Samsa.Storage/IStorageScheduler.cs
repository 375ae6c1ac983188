namespace Samsa.Storage;

/// <summary>Runs work of a log later, off the caller's thread: removal of files, flush of a rolled segment.</summary>
public interface IStorageScheduler
{
    /// <summary>
    /// Runs <paramref name="work"/> once after <paramref name="delay"/> (zero: as soon as possible). What it throws is the
    /// scheduler's to report: a <see cref="StorageException"/> takes the log directory offline. Work that is still waiting
    /// when the scheduler stops may be forgotten; recovery finishes it at the next start.
    /// </summary>
    void Schedule(TimeSpan delay, Action work);
}
