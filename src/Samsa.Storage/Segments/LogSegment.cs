using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>
/// Owns the files of one segment: records, offset index, time index and aborted transactions.
/// Appends, seals and truncations hold the log's lock; lookups and <see cref="Size"/> are safe from any thread.
/// Lives from creation or load until its files are removed; regions handed out keep the record file open beyond that.
/// Fails with <see cref="StorageException"/>.
/// </summary>
internal sealed class LogSegment
{
    private readonly IStorageFileSystem _fileSystem;
    private readonly SegmentLocation _location;
    private readonly NewestTimestamp _newest;
    private readonly bool _preallocated;
    private IStorageFile? _appendFile;
    private long _size;
    private long _flushedSize;
    private long _firstTimestamp = -1;
    private long _bytesSinceIndexEntry;
    private bool _appendedSinceSweep;
    private bool _sealed;
    private bool _indexesNeedFlush;

    /// <summary>
    /// Describes files that exist, or are about to. <paramref name="hasIndexes"/> is false where there are none, and where
    /// recovery will make them anew: then they are not looked at.
    /// </summary>
    internal LogSegment(
        IStorageFileSystem fileSystem, string directory, long baseOffset, LogConfig config, long createdMs, long size, bool hasIndexes,
        string state = "")
    {
        _fileSystem = fileSystem;
        _size = _flushedSize = size;
        BaseOffset = baseOffset;
        CreatedMs = createdMs;
        JitterMs = config.SegmentJitterMs <= 0
            ? 0
            : Math.Min(Random.Shared.NextInt64(config.SegmentJitterMs), config.SegmentMs);
        _preallocated = config.Preallocate;

        _location = new SegmentLocation(directory, baseOffset, state);
        File = new SegmentFile(fileSystem, _location);
        OffsetIndex = new OffsetIndex(
            fileSystem, _location, config.SegmentIndexBytes, hasIndexes ? Entries(LogFileNames.IndexSuffix, OffsetIndex.EntryBytes) : 0);
        TimeIndex = new TimeIndex(
            fileSystem, _location, config.SegmentIndexBytes, hasIndexes ? Entries(LogFileNames.TimeIndexSuffix, TimeIndex.EntryBytes) : 0);
        Transactions = new TransactionIndex(fileSystem, _location);
        _newest = new NewestTimestamp(TimeIndex.Last);
    }

    internal long BaseOffset { get; }

    /// <summary>When the segment was created or loaded, ms.</summary>
    internal long CreatedMs { get; private set; }

    /// <summary>What is taken off <c>segment.ms</c> for this segment.</summary>
    internal long JitterMs { get; }

    internal SegmentFile File { get; }

    internal OffsetIndex OffsetIndex { get; }

    internal TimeIndex TimeIndex { get; }

    internal TransactionIndex Transactions { get; }

    /// <summary>Bytes of records. Grows only after the bytes are written.</summary>
    internal long Size => Volatile.Read(ref _size);

    /// <summary>The largest timestamp of the segment and the last offset of its batch; (-1, base offset) when there is none.</summary>
    internal TimestampOffset Newest => _newest.Value;

    /// <summary>True when something was written that <see cref="Flush"/> has not made durable.</summary>
    internal bool NeedsFlush => Size != Volatile.Read(ref _flushedSize) || Volatile.Read(ref _indexesNeedFlush);

    /// <summary>A new, empty segment whose files <see cref="CreateFiles"/> makes before the first append.</summary>
    internal static LogSegment Plan(IStorageFileSystem fileSystem, string directory, long baseOffset, LogConfig config, long nowMs) =>
        new(fileSystem, directory, baseOffset, config, nowMs, size: 0, hasIndexes: false);

    /// <summary>Creates the files of a new, empty segment.</summary>
    internal static LogSegment Create(
        IStorageFileSystem fileSystem, string directory, long baseOffset, LogConfig config, long nowMs, string state = "")
    {
        var segment = new LogSegment(fileSystem, directory, baseOffset, config, nowMs, size: 0, hasIndexes: false, state);
        segment.CreateFiles(config);
        return segment;
    }

    /// <summary>Creates the record file of a planned segment; those of the indexes come when they have entries or are closed.</summary>
    internal void CreateFiles(LogConfig config)
    {
        // What a crash may have left under these names belongs to no segment.
        _fileSystem.DeleteFile(OffsetIndex.File.Path);
        _fileSystem.DeleteFile(TimeIndex.File.Path);
        _fileSystem.DeleteFile(Transactions.Path);
        using var file = _fileSystem.Open(File.Path, StorageFileMode.Truncate);
        if (config.Preallocate)
        {
            file.SetLength(config.SegmentBytes);
        }
    }

    /// <summary>
    /// Writes whole batches at the end in one system call, and brings the indexes in step.
    /// </summary>
    internal void Append(ReadOnlySpan<byte> batches, int indexIntervalBytes)
    {
        var file = _appendFile ??= File.TryAcquire()
            ?? throw new InvalidOperationException($"Segment {BaseOffset} is removed and cannot be appended to");
        var position = _size;
        _appendedSinceSweep = true;
        try
        {
            file.Write(batches, position);
        }
        catch (StorageException)
        {
            CutFailedWrite(file, position);
            throw;
        }

        for (var at = 0; at < batches.Length;)
        {
            if (!BatchInfo.TryRead(batches[at..], out var batch))
            {
                throw new ArgumentException($"No batch at byte {at} of the bytes to append", nameof(batches));
            }

            Note(batch, position + at, indexIntervalBytes);
            at += batch.Size;
        }

        Volatile.Write(ref _size, position + batches.Length);
    }

    /// <summary>Keeps timestamps and indexes in step with a batch that lies at <paramref name="position"/>.</summary>
    internal void Note(in BatchInfo batch, long position, int indexIntervalBytes)
    {
        NoteTime(batch, position);
        if (_bytesSinceIndexEntry > indexIntervalBytes && !OffsetIndex.IsFull && !TimeIndex.IsFull)
        {
            OffsetIndex.Append(batch.LastOffset, position);
            TimeIndex.MaybeAppend(Newest.Timestamp, Newest.Offset);
            _bytesSinceIndexEntry = 0;
        }

        _bytesSinceIndexEntry += batch.Size;
    }

    /// <summary>
    /// True when an append of <paramref name="bytes"/> must go to a new segment: size, age, a full index, or an offset that
    /// the 32 bits of an index entry cannot hold.
    /// </summary>
    internal bool MustRoll(LogConfig config, long bytes, long lastOffset, long maxTimestamp, TimeProvider clock)
    {
        var size = _size;
        return size > config.SegmentBytes - bytes
            || (size > 0 && Age(maxTimestamp, clock) > config.LongestSegmentMs - JitterMs)
            || OffsetIndex.IsFull
            || TimeIndex.IsFull
            || lastOffset - BaseOffset is < 0 or > int.MaxValue;
    }

    /// <summary>
    /// Finds the first batch that holds or follows <paramref name="offset"/>, below <paramref name="end"/>. Returns false when
    /// there is none; <paramref name="position"/> is then where the walk ended.
    /// </summary>
    internal bool TryFind(IStorageFile file, long offset, long end, out long position, out BatchInfo batch)
    {
        Span<byte> buffer = stackalloc byte[SegmentScanner.BufferBytes];
        var indexed = OffsetIndex.FloorPosition(offset);
        var start = Math.Min(indexed, end);
        var scanner = new SegmentScanner(file, start, end, buffer);
        var found = scanner.MoveToOffset(offset);
        var misled = found
            ? scanner.Position == start && scanner.Current.BaseOffset > offset
            : scanner.IsInvalid || scanner.Position > end || indexed >= _size;
        if (misled && start > 0)
        {
            // The index points into the middle of nowhere, or beyond what is looked for: the records alone are the truth.
            scanner = new SegmentScanner(file, 0, end, buffer);
            found = scanner.MoveToOffset(offset);
        }

        position = scanner.Position;
        batch = scanner.Current;
        return found;
    }

    /// <summary>Ends appending: the last time index entry is written and the files hold exactly what they should.</summary>
    internal void Seal()
    {
        if (_sealed)
        {
            return;
        }

        PersistIndexes();
        OffsetIndex.File.Seal();
        TimeIndex.File.Seal();
        if (_preallocated)
        {
            GiveReservedSpaceBack();
        }

        ReleaseAppendFile();
        Volatile.Write(ref _indexesNeedFlush, true);
        Volatile.Write(ref _sealed, true);
    }

    /// <summary>Writes the indexes as a clean stop leaves them. Appending may go on.</summary>
    internal void PersistIndexes()
    {
        TimeIndex.MaybeAppend(Newest.Timestamp, Newest.Offset);
        OffsetIndex.File.Persist();
        TimeIndex.File.Persist();
    }

    /// <summary>
    /// Makes the records durable, and the indexes too once the segment is sealed. (Indexes of the active segment are rebuilt
    /// by recovery.) Safe beside appends: what they add meanwhile stays unflushed.
    /// </summary>
    internal void Flush()
    {
        var size = Size;
        if (size != Volatile.Read(ref _flushedSize) && File.TryAcquire() is { } file)
        {
            try
            {
                file.Flush();
                CheckIsThere();
                Volatile.Write(ref _flushedSize, size);
            }
            finally
            {
                File.Release();
            }
        }

        if (Volatile.Read(ref _sealed) && Volatile.Read(ref _indexesNeedFlush))
        {
            Volatile.Write(ref _indexesNeedFlush, false);
            try
            {
                OffsetIndex.File.Flush();
                TimeIndex.File.Flush();
                Transactions.Flush();
            }
            catch (StorageException) when (File.IsRetired)
            {
                // Retention or a truncation renamed the files meanwhile: nobody will need them after a crash.
            }
            catch
            {
                Volatile.Write(ref _indexesNeedFlush, true);
                throw;
            }
        }
    }

    /// <summary>
    /// Cuts the segment at the first batch that holds or follows <paramref name="offset"/>. Returns where the log ends then:
    /// there, or at the start of the batch that straddled the cut.
    /// </summary>
    internal long TruncateTo(long offset, TimeProvider clock)
    {
        var file = File.TryAcquire()
            ?? throw new InvalidOperationException($"Segment {BaseOffset} is removed and cannot be truncated");
        try
        {
            var cut = TryFind(file, offset, _size, out var position, out var batch) && batch.BaseOffset < offset
                ? batch.BaseOffset
                : offset;
            CutAt(file, Math.Min(position, _size), offset);
            if (position == 0)
            {
                CreatedMs = clock.GetUtcNow().ToUnixTimeMilliseconds();
            }

            return cut;
        }
        finally
        {
            File.Release();
        }
    }

    /// <summary>Cuts the record file at <paramref name="position"/> and forgets index entries at and above <paramref name="offset"/>.</summary>
    internal void CutAt(IStorageFile file, long position, long offset)
    {
        Volatile.Write(ref _size, position);
        file.SetLength(position);
        OffsetIndex.TruncateTo(offset);
        TimeIndex.TruncateTo(offset);
        Transactions.TruncateTo(offset);
        var newest = TimeIndex.Last;
        if (position == 0)
        {
            _firstTimestamp = -1;
        }

        // The time index lags behind by up to an interval: the batches after its last entry are walked again.
        _newest.Set(newest.Timestamp, newest.Offset);
        if (!TryRestoreTail(file, out _))
        {
            // The index misleads, and is only an index: without it everything is found, slower.
            OffsetIndex.File.Reset();
            TimeIndex.Reset();
            TryRestoreTail(file, out _);
        }

        Volatile.Write(ref _flushedSize, -1);
        _sealed = false;
    }

    /// <summary>
    /// Brings what lives in memory only (largest timestamp, bytes since the last index entry) in step with the batches after
    /// the last index entry, and finds the offset after the last batch. Returns false when there is something else than batches.
    /// </summary>
    internal bool TryRestoreTail(IStorageFile file, out long next)
    {
        Span<byte> buffer = stackalloc byte[SegmentScanner.BufferBytes];
        OffsetIndex.TryReadLast(out _, out var indexedAt);
        next = BaseOffset;
        var scanner = new SegmentScanner(file, indexedAt, _size, buffer);
        while (scanner.MoveNext())
        {
            var batch = scanner.Current;
            if (batch.BaseOffset < next || batch.LastOffset - BaseOffset > int.MaxValue)
            {
                // No checksum covers the offset: what is appended behind a wrong one would be lost at the next check.
                return false;
            }

            NoteTime(batch, scanner.Position);
            next = batch.NextOffset;
        }

        _bytesSinceIndexEntry = _size - indexedAt;
        return scanner.Position == _size && !scanner.IsInvalid && (_size == 0 || next > BaseOffset);
    }

    /// <summary>Notes that it is not known what of the segment is on stable storage.</summary>
    internal void MarkUnflushed() => Volatile.Write(ref _flushedSize, -1);

    /// <summary>Throws the indexes away, before recovery notes every batch again.</summary>
    internal void ResetIndexes()
    {
        OffsetIndex.File.Reset();
        TimeIndex.Reset();
        Transactions.Reset();
        _newest.Set(-1, BaseOffset);
        _firstTimestamp = -1;
        _bytesSinceIndexEntry = 0;
    }

    /// <summary>The largest timestamp of the first batch, -1 when there is none.</summary>
    internal long FirstTimestamp()
    {
        if (_firstTimestamp < 0)
        {
            ReadFirstTimestamp();
        }

        return _firstTimestamp;
    }

    /// <summary>The time that retention goes by, ms: the newest record, or the file's own time when records have none.</summary>
    internal long RetentionTime()
    {
        var newest = Newest.Timestamp;
        return newest >= 0 ? newest : LastWriteTime().ToUnixTimeMilliseconds();
    }

    /// <summary>When the records were last written; compaction keeps that.</summary>
    internal DateTimeOffset LastWriteTime() => _fileSystem.LastWriteTime(File.Path);

    /// <summary>
    /// Takes the segment out of service: no new references, files renamed to carry <paramref name="suffix"/>. Regions in
    /// flight stay good. Returns the new paths, for their removal later.
    /// </summary>
    internal IReadOnlyList<string> Retire(string suffix)
    {
        Close();
        var renamed = new List<string>(LogFileNames.SegmentSuffixes.Count);
        foreach (var kind in LogFileNames.SegmentSuffixes)
        {
            var path = _location.PathOf(kind);
            if (_fileSystem.FileExists(path))
            {
                _fileSystem.Move(path, path + suffix);
                renamed.Add(path + suffix);
            }
        }

        return renamed;
    }

    /// <summary>Closes the handle when nobody appended or read since the last sweep; it opens again when needed.</summary>
    internal void CloseIfIdle()
    {
        if (!_appendedSinceSweep)
        {
            ReleaseAppendFile();
        }

        _appendedSinceSweep = false;
        File.CloseIfIdle();
    }

    /// <summary>Closes the record file; regions in flight keep it until they are done.</summary>
    internal void Close()
    {
        ReleaseAppendFile();
        File.Retire();
    }

    // A full disk takes a part of the bytes. Nobody reads them, but a shorter append would leave some behind its end.
    private static void CutFailedWrite(IStorageFile file, long position)
    {
        try
        {
            file.SetLength(position);
        }
        catch (StorageException)
        {
            // The failure of the write is on its way already; recovery cuts what is left of it.
        }
    }

    // A file that was removed behind our back, or whose disk was taken away, still takes writes and flushes as long as it is open.
    private void CheckIsThere()
    {
        if (!_fileSystem.FileExists(File.Path) && !File.IsRetired)
        {
            throw new StorageException(File.Path, "The file is gone, although it is in use: what was written to it is lost with it");
        }
    }

    // The file may be closed: nobody appended for a while.
    private void GiveReservedSpaceBack()
    {
        if (File.TryAcquire() is { } file)
        {
            try
            {
                file.SetLength(_size);
                MarkUnflushed();
            }
            finally
            {
                File.Release();
            }
        }
    }

    private void NoteTime(in BatchInfo batch, long position)
    {
        if (position == 0)
        {
            _firstTimestamp = batch.MaxTimestamp;
        }

        _newest.Raise(batch.MaxTimestamp, batch.LastOffset);
    }

    private int Entries(string suffix, int entryBytes)
    {
        var length = _fileSystem.FileLength(_location.PathOf(suffix));
        return length <= 0 ? 0 : (int)(length / entryBytes);
    }

    private long Age(long maxTimestamp, TimeProvider clock)
    {
        var first = FirstTimestamp();
        return first >= 0 ? maxTimestamp - first : clock.GetUtcNow().ToUnixTimeMilliseconds() - CreatedMs;
    }

    private void ReadFirstTimestamp()
    {
        if (File.TryAcquire() is not { } file)
        {
            return;
        }

        try
        {
            Span<byte> buffer = stackalloc byte[BatchInfo.HeaderBytes];
            var scanner = new SegmentScanner(file, 0, _size, buffer);
            if (scanner.MoveNext())
            {
                _firstTimestamp = scanner.Current.MaxTimestamp;
            }
        }
        finally
        {
            File.Release();
        }
    }

    private void ReleaseAppendFile()
    {
        if (_appendFile is not null)
        {
            _appendFile = null;
            File.Release();
        }
    }
}
