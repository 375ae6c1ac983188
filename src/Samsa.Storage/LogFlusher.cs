using Samsa.Storage.Files;
using Samsa.Storage.Segments;

namespace Samsa.Storage;

/// <summary>
/// Owns the recovery point of a log: makes appended records durable and remembers how far it came.
/// Any thread may flush; flushes run one at a time and beside appends. Lives as long as its log.
/// A failed flush fails everybody who waits for it with <see cref="StorageException"/>, and the recovery point stays.
/// </summary>
internal sealed class LogFlusher : IThreadPoolWorkItem
{
    private readonly IFlushSource _source;
    private readonly PartitionLogOptions _options;
    private readonly ChangedDirectory _parent;
    private readonly Lock _flushLock = new();
    private readonly Lock _pointLock = new();
    private readonly Lock _waitLock = new();
    private TaskCompletionSource? _nextGroup;
    private bool _running;
    private int _directoryChanges;
    private int _directoryChangesFlushed;
    private long _parentChange;
    private int _generation;
    private long _recoveryPoint;
    private long _lastFlushTicks;

    internal LogFlusher(IFlushSource source, PartitionLogOptions options, LoadedLog loaded)
    {
        _source = source;
        _options = options;
        _recoveryPoint = loaded.RecoveryPoint;
        _directoryChanges = loaded.IsSettled ? 0 : 1;
        _parent = options.Parent
            ?? new ChangedDirectory(options.FileSystem, Path.GetDirectoryName(Path.GetFullPath(options.Directory)) ?? options.Directory);
        _parentChange = loaded.IsSettled ? 0 : _parent.Note();
        _lastFlushTicks = options.Clock.GetUtcNow().UtcTicks;
    }

    /// <summary>The log, as its flusher sees it.</summary>
    internal interface IFlushSource
    {
        /// <summary>True once the log's files are closed: nothing can be made durable any more.</summary>
        bool IsReleased { get; }

        /// <summary>The segments and the log end offset of one moment, taken under the log's lock.</summary>
        SegmentList Snapshot(out long logEndOffset);

        /// <summary>Makes the content of everything durable that is neither records nor indexes.</summary>
        void FlushState();
    }

    internal long RecoveryPoint => Volatile.Read(ref _recoveryPoint);

    internal DateTimeOffset LastFlush => new(Volatile.Read(ref _lastFlushTicks), TimeSpan.Zero);

    /// <summary>False while files that were created, renamed or removed may still be as they were after a crash.</summary>
    internal bool IsDirectoryDurable => Volatile.Read(ref _directoryChanges) == Volatile.Read(ref _directoryChangesFlushed);

    /// <summary>Notes that a file was created or renamed: its directory entry must be made durable too.</summary>
    internal void NoteDirectoryChanged() => Interlocked.Increment(ref _directoryChanges);

    /// <summary>Notes that the directory itself is new.</summary>
    internal void NoteDirectoryCreated()
    {
        NoteDirectoryChanged();
        Volatile.Write(ref _parentChange, _parent.Note());
    }

    /// <summary>The log was cut at <paramref name="offset"/>, or emptied to start there. Called under the log's lock.</summary>
    internal void Truncated(long offset, bool startsThere)
    {
        lock (_pointLock)
        {
            // What a flush on its way believes to be durable may be gone: it must not publish that.
            _generation++;
            Volatile.Write(ref _recoveryPoint, startsThere ? offset : Math.Min(offset, _recoveryPoint));
        }
    }

    /// <summary>
    /// A segment was sealed and the next one is to begin at <paramref name="baseOffset"/>. Called under the log's lock. Returns
    /// true when the recovery point is there already: it says from then on that the sealed segment needs no recovery, so the
    /// caller must make its indexes durable before the new segment exists.
    /// </summary>
    internal bool Sealed(long baseOffset)
    {
        lock (_pointLock)
        {
            _generation++;
            return _recoveryPoint >= baseOffset;
        }
    }

    /// <summary>Flushes up to the present log end, on the caller's thread.</summary>
    /// <exception cref="ObjectDisposedException">The log's files are closed.</exception>
    internal void Flush()
    {
        lock (_flushLock)
        {
            do
            {
                ObjectDisposedException.ThrowIf(_source.IsReleased, _source);
            }
            while (!TryFlush(long.MaxValue));
        }
    }

    /// <summary>
    /// Flushes every segment that starts below <paramref name="upTo"/>, on the caller's thread, unless the log was closed
    /// meanwhile.
    /// </summary>
    internal void FlushSealed(long upTo)
    {
        lock (_flushLock)
        {
            while (!_source.IsReleased && !TryFlush(upTo))
            {
            }
        }
    }

    /// <summary>Completes when everything below <paramref name="upToOffset"/> is durable.</summary>
    internal Task FlushAsync(long upToOffset)
    {
        if (RecoveryPoint >= upToOffset)
        {
            return Task.CompletedTask;
        }

        lock (_waitLock)
        {
            // Whoever joins now is covered: the group's flush has not begun, so it sees what is appended already.
            _nextGroup ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var task = _nextGroup.Task;
            if (!_running)
            {
                _running = true;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            return task;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            TaskCompletionSource group;
            lock (_waitLock)
            {
                if (_nextGroup is null)
                {
                    _running = false;
                    return;
                }

                group = _nextGroup;
                _nextGroup = null;
            }

            try
            {
                Flush();
                group.SetResult();
            }
#pragma warning disable CA1031 // Whatever it is, those who wait must hear of it; nobody else would.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                group.SetException(failure);
            }
        }
    }

    private void FlushNames()
    {
        // Contents before names: what a name promises must be there.
        _source.FlushState();
        var changes = Volatile.Read(ref _directoryChanges);
        if (changes != Volatile.Read(ref _directoryChangesFlushed))
        {
            _options.FileSystem.FlushDirectory(_options.Directory);
            Volatile.Write(ref _directoryChangesFlushed, changes);
        }

        _parent.Flush(Volatile.Read(ref _parentChange));
    }

    // False when the log was rolled or cut meanwhile: what was flushed is then not all that the recovery point would promise.
    private bool TryFlush(long upTo)
    {
        var generation = Volatile.Read(ref _generation);
        var segments = _source.Snapshot(out var end);
        end = Math.Min(end, upTo);
        FlushNames();

        // Up to the bound, not the end: an active segment that was cut to nothing has indexes that were cut, too.
        for (var i = 0; i < segments.Count && segments[i].BaseOffset < upTo; i++)
        {
            if (segments[i].NeedsFlush)
            {
                segments[i].Flush();
            }
        }

        lock (_pointLock)
        {
            if (generation != _generation)
            {
                return false;
            }

            if (!_source.IsReleased)
            {
                Volatile.Write(ref _recoveryPoint, Math.Max(_recoveryPoint, end));
            }
        }

        Volatile.Write(ref _lastFlushTicks, _options.Clock.GetUtcNow().UtcTicks);
        return true;
    }
}
