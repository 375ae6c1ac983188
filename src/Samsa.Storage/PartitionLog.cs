using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Storage.Checkpoints;
using Samsa.Storage.Epochs;
using Samsa.Storage.Producers;
using Samsa.Storage.Segments;

namespace Samsa.Storage;

/// <summary>
/// Owns the directory of one partition: its segments, leader epochs and producer state.
/// Any thread may enter. Appends and everything that moves a boundary take one short lock; reads take none of the log's own.
/// Lives from <see cref="Open"/> to <see cref="Close"/> or <see cref="Delete"/>; afterwards it refuses appends and reads.
/// Fails with <see cref="StorageException"/> when the disk does; whatever a client can cause is an error code.
/// </summary>
public sealed partial class PartitionLog : IDisposable, LogFlusher.IFlushSource
{
    private readonly PartitionLogOptions _options;
    private readonly Lock _lock = new();
    private readonly LogFlusher _flusher;
    private readonly TailPositions _tail = new();
    private volatile SegmentList _segments;
    private volatile LogConfig _config;
    private volatile bool _closed;
    private volatile bool _released;

    // Under the lock. The first segment of a log that was never written to is not on disk until CreateFiles.
    private bool _hasFiles;

    // Under the lock. True where a name that an earlier process removed may come back after a power cut.
    private bool _namesMayReturn;
    private bool _topicIdUnflushed;
    private long _logStartOffset;
    private long _logEndOffset;
    private long _highWatermark;
    private long _unflushedRecords;

    private PartitionLog(PartitionLogOptions options, LoadedLog loaded, LeaderEpochCache epochs, ProducerStateManager producers)
    {
        _options = options;
        _config = options.Config;
        _segments = loaded.Segments;
        _logStartOffset = loaded.LogStartOffset;
        _logEndOffset = loaded.LogEndOffset;
        _highWatermark = loaded.LogStartOffset;
        _hasFiles = loaded.HasFiles;
        _namesMayReturn = !loaded.IsSettled;
        TopicId = loaded.TopicId;
        _topicIdUnflushed = TopicId is not null && !loaded.IsSettled;
        LeaderEpochs = epochs;
        Producers = producers;
        _flusher = new LogFlusher(this, options, loaded);
    }

    /// <summary>The partition.</summary>
    public TopicPartition TopicPartition => _options.TopicPartition;

    /// <summary>The directory of the partition.</summary>
    public string Directory => _options.Directory;

    /// <summary>The id of the topic that the directory belongs to; null for a directory older than topic ids.</summary>
    public Guid? TopicId { get; private set; }

    /// <summary>The topic's configuration.</summary>
    public LogConfig Config => _config;

    /// <summary>The leader epochs of the records in the log.</summary>
    public LeaderEpochCache LeaderEpochs { get; }

    /// <summary>The idempotent and transactional producers of the log.</summary>
    public ProducerStateManager Producers { get; }

    /// <summary>The first offset that may be served.</summary>
    public long LogStartOffset => Volatile.Read(ref _logStartOffset);

    /// <summary>The offset that the next record gets.</summary>
    public long LogEndOffset => Volatile.Read(ref _logEndOffset);

    /// <summary>Records below are committed. Starts at the log start offset; the replication layer moves it.</summary>
    public long HighWatermark => Volatile.Read(ref _highWatermark);

    /// <summary>Records below are committed and belong to no open transaction: what a read-committed consumer may see.</summary>
    public long LastStableOffset
    {
        get
        {
            var highWatermark = HighWatermark;
            return Producers.FirstUnstableOffset is { } unstable && unstable < highWatermark
                ? Math.Max(unstable, LogStartOffset)
                : highWatermark;
        }
    }

    /// <summary>Everything below is on stable storage; recovery after a crash starts here.</summary>
    public long RecoveryPoint => _flusher.RecoveryPoint;

    /// <summary>Bytes of records in the log.</summary>
    public long SizeInBytes => _segments.TotalSize();

    /// <summary>The base offset of the oldest segment; the log start offset lies in it.</summary>
    public long FirstSegmentOffset => _segments.First.BaseOffset;

    /// <summary>
    /// What a checkpoint must say of the log start offset; null when it follows from the name of the first segment, also after a
    /// crash that undoes the removal of older ones.
    /// </summary>
    internal long? LogStartToCheckpoint
    {
        get
        {
            // In this order: files that are made in between are not durable yet.
            var isDurable = Volatile.Read(ref _hasFiles) && _flusher.IsDirectoryDurable;
            var start = LogStartOffset;
            return start > FirstSegmentOffset || (start > 0 && !isDurable) ? start : null;
        }
    }

    /// <summary>How many segments the log has.</summary>
    public int SegmentCount => _segments.Count;

    /// <summary>When the log was last flushed, or opened; for <c>flush.ms</c>.</summary>
    public DateTimeOffset LastFlush => _flusher.LastFlush;

    /// <summary>True after <see cref="Close"/> or <see cref="Delete"/>.</summary>
    public bool IsClosed => _closed;

    /// <summary>
    /// Opens the log in <see cref="PartitionLogOptions.Directory"/>. When there is none, the directory is made, and its files with
    /// the first append or <see cref="CreateFiles"/>; none of it survives a power cut before the first flush. After an
    /// unclean stop the records from the recovery point on are checked, and cut at the first that is damaged.
    /// </summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public static PartitionLog Open(PartitionLogOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var loader = new LogLoader(options);
        var loaded = loader.Load(out var epochs, out var producers);
        return new PartitionLog(options, loaded, epochs, producers);
    }

    /// <summary>Replaces the configuration; it holds for the next append and the next retention.</summary>
    public void UpdateConfig(LogConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        _config = config;
    }

    /// <summary>
    /// Ties the directory to a topic id for good. It must not be tied to another one. The file that says so is durable on
    /// return, or, where the log has no files yet, made together with them.
    /// </summary>
    public void AssignTopicId(Guid topicId)
    {
        lock (_lock)
        {
            if (TopicId is { } known && known != topicId)
            {
                throw new InvalidOperationException(
                    $"The directory {Directory} belongs to topic id {KafkaUuid.Format(known)}, not to {KafkaUuid.Format(topicId)}");
            }

            if (TopicId is null)
            {
                if (_hasFiles)
                {
                    PartitionMetadataFile.Write(_options.FileSystem, Directory, topicId);
                }

                TopicId = topicId;
            }
        }
    }

    /// <summary>Creates the files of a log that was never written to; nothing happens when there are some, or it was closed.</summary>
    public void CreateFiles()
    {
        lock (_lock)
        {
            if (!_closed)
            {
                CreateFilesLocked();
            }
        }
    }

    /// <summary>
    /// Moves the high watermark, up or (on a follower that was truncated) down; it stays within the log. Returns where it is.
    /// </summary>
    public long UpdateHighWatermark(long offset)
    {
        lock (_lock)
        {
            var clamped = Math.Clamp(offset, _logStartOffset, _logEndOffset);
            if (clamped != _highWatermark)
            {
                Volatile.Write(ref _highWatermark, clamped);
                Producers.OnHighWatermark(clamped);
            }

            return clamped;
        }
    }

    /// <summary>Makes everything appended so far durable, on the caller's thread.</summary>
    public void Flush() => _flusher.Flush();

    /// <summary>
    /// Completes when everything below <paramref name="upToOffset"/> is durable. Callers that wait at the same time share
    /// one flush; it runs on the thread pool, off the log's lock. Fails with <see cref="StorageException"/>.
    /// </summary>
    public Task FlushAsync(long upToOffset) => _flusher.FlushAsync(upToOffset);

    /// <summary>
    /// Stops the log as a clean shutdown does: everything durable, indexes trimmed, producer snapshot written. Regions that
    /// readers hold stay good.
    /// </summary>
    public void Close()
    {
        _cleaning.Close();
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            CreateFilesLocked();
            _closed = true;
            _segments.Active.Seal();
            TakeSnapshotLocked();
        }

        _flusher.Flush();
        lock (_lock)
        {
            CloseSegments();
        }
    }

    /// <summary>
    /// Takes the log out of service and renames its directory to <c>topic-partition.[unique]-delete</c>. The files go after
    /// <c>file.delete.delay.ms</c>. Returns the new directory, null when there was none yet.
    /// </summary>
    public string? Delete()
    {
        _cleaning.Close();
        lock (_lock)
        {
            _closed = true;
            CloseSegments();
            if (!_hasFiles && !_options.FileSystem.DirectoryExists(Directory))
            {
                return null;
            }

            var parent = Path.GetDirectoryName(Path.GetFullPath(Directory)) ?? Directory;
            var renamed = Path.Join(parent, LogFileNames.DeletedDirectory(TopicPartition, Guid.NewGuid()));
            _options.FileSystem.Move(Directory, renamed);
            _options.FileSystem.FlushDirectory(parent);
            var fileSystem = _options.FileSystem;
            _options.Scheduler.Schedule(
                TimeSpan.FromMilliseconds(_config.FileDeleteDelayMs), () => fileSystem.DeleteDirectory(renamed));
            _options.Logger.LogInformation("Log {Partition} is deleted; its directory waits as {Directory}.", TopicPartition, renamed);
            return renamed;
        }
    }

    /// <summary>
    /// Closes without the work of a clean stop, as when its log directory went offline: nothing is flushed, and the next
    /// start recovers. After <see cref="Close"/> or <see cref="Delete"/> nothing happens.
    /// </summary>
    public void Dispose()
    {
        _cleaning.Dispose();
        lock (_lock)
        {
            _closed = true;
            CloseSegments();
        }
    }

    private void CreateFilesLocked()
    {
        if (_hasFiles)
        {
            return;
        }

        // The topic id before the records: a directory that has some says whose they are.
        _options.FileSystem.CreateDirectory(Directory);
        if (TopicId is { } topicId)
        {
            PartitionMetadataFile.WriteUnflushed(_options.FileSystem, Directory, topicId);
            _topicIdUnflushed = true;
        }

        _segments.Active.CreateFiles(_config);
        _flusher.NoteDirectoryCreated();
        Volatile.Write(ref _hasFiles, true);
    }

    // Before the log changes: what an earlier process removed must not come back after a power cut, behind newer records.
    private void SettleNames()
    {
        if (_namesMayReturn)
        {
            _options.FileSystem.FlushDirectory(Directory);
            _namesMayReturn = false;
        }
    }

    private void TakeSnapshotLocked()
    {
        Producers.TakeSnapshot();
        _flusher.NoteDirectoryChanged();
    }

    // Under the lock: nobody is appending.
    private void CloseSegments()
    {
        _released = true;
        var segments = _segments;
        for (var i = 0; i < segments.Count; i++)
        {
            segments[i].Close();
        }
    }
}
