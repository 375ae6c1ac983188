using Samsa.Protocol.Records;
using Samsa.Storage.Files;
using Samsa.Storage.Segments;

namespace Samsa.Storage.Compaction;

/// <summary>
/// Owns the files of a segment that compaction writes, under names that end with <c>.cleaned</c> until the log takes them over.
/// One thread. Lives until <see cref="Open"/> or <see cref="Discard"/>; after a crash the next start removes what is left.
/// Fails with <see cref="StorageException"/>.
/// </summary>
internal sealed class CleanedSegment
{
    // The records first, as in Apache Kafka: while they have no .swap name, nothing of the segment counts.
    private static readonly IReadOnlyList<string> Kinds =
        [LogFileNames.LogSuffix, LogFileNames.IndexSuffix, LogFileNames.TimeIndexSuffix, LogFileNames.TransactionIndexSuffix];

    private readonly IStorageFileSystem _fileSystem;
    private readonly string _directory;
    private readonly LogConfig _config;
    private readonly long _now;
    private readonly LogSegment _segment;
    private string _state = LogFileNames.CleanedSuffix;
    private long _end;

    /// <summary>Creates the files.</summary>
    internal CleanedSegment(PartitionLog log, long baseOffset, long now)
    {
        _fileSystem = log.FileSystem;
        _directory = log.Directory;

        // What is rewritten is complete: no room is reserved for more.
        _config = log.Config with { Preallocate = false };
        _now = now;
        _segment = LogSegment.Create(_fileSystem, _directory, baseOffset, _config, now, _state);
        _end = baseOffset;
    }

    internal long BaseOffset => _segment.BaseOffset;

    internal long Size => _segment.Size;

    /// <summary>The aborted transactions whose markers stay.</summary>
    internal TransactionIndex Transactions => _segment.Transactions;

    /// <summary>Writes whole batches and brings the indexes in step.</summary>
    internal void Append(ReadOnlySpan<byte> batches)
    {
        if (!batches.IsEmpty)
        {
            _segment.Append(batches, _config.IndexIntervalBytes);
            for (var at = 0; BatchInfo.TryRead(batches[at..], out var batch); at += batch.Size)
            {
                _end = batch.NextOffset;
            }
        }
    }

    /// <summary>
    /// Makes the segment end where the one at <paramref name="next"/> begins, with a batch without records where the last ones went
    /// and left none (old formats have no batch to leave; Apache Kafka leaves none). Returns true when it did.
    /// </summary>
    internal bool CoverUpTo(long next)
    {
        // Beyond 2^31 offsets no index entry could name them.
        if (_end >= next || next - 1 - BaseOffset > int.MaxValue)
        {
            return false;
        }

        using var builder = new RecordBatchBuilder(new RecordBatchOptions { BaseOffset = _end });
        builder.ExtendTo(next - 1);
        Append(builder.Build().Span);
        return true;
    }

    /// <summary>Completes all files, durably. They get the time of the newest source, which rules of age go by.</summary>
    internal void Finish(DateTimeOffset lastWriteTime)
    {
        _segment.Seal();
        _segment.Flush();
        _segment.Close();
        _fileSystem.SetLastWriteTime(PathOf(LogFileNames.LogSuffix), lastWriteTime);
    }

    /// <summary>Renames all files; the names end with <paramref name="state"/> from then on.</summary>
    internal void MoveTo(string state)
    {
        foreach (var kind in Kinds)
        {
            var path = PathOf(kind);
            if (_fileSystem.FileExists(path))
            {
                _fileSystem.Move(path, LogFileNames.Path(_directory, BaseOffset, kind + state));
            }
        }

        _state = state;
    }

    /// <summary>The segment under its final names.</summary>
    internal LogSegment Open() => new(_fileSystem, _directory, BaseOffset, _config, _now, Size, hasIndexes: true);

    /// <summary>Removes the files.</summary>
    internal void Discard()
    {
        _segment.Close();
        for (var i = Kinds.Count - 1; i >= 0; i--)
        {
            _fileSystem.DeleteFile(PathOf(Kinds[i]));
        }
    }

    private string PathOf(string kind) => LogFileNames.Path(_directory, BaseOffset, kind + _state);
}
