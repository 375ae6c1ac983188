using Microsoft.Extensions.Logging;
using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>
/// Finishes or undoes what a stop interrupted: removal (<c>.deleted</c>), compaction (<c>.cleaned</c> is undone, <c>.swap</c> is
/// finished), and index files without records. Used once, before a log is opened, with the files that were found.
/// </summary>
internal sealed class LeftoverFiles(IStorageFileSystem fileSystem, string directory, ILogger logger)
{
    private bool _changed;

    /// <summary>Returns true when files were removed or renamed.</summary>
    internal bool CleanUp(DirectoryFiles found)
    {
        var firstCleaned = long.MaxValue;
        var swaps = new List<string>();
        foreach (var path in found.Paths)
        {
            if (path.EndsWith(LogFileNames.DeletedSuffix, StringComparison.Ordinal))
            {
                Delete(path);
            }
            else if (path.EndsWith(LogFileNames.CleanedSuffix, StringComparison.Ordinal))
            {
                firstCleaned = Math.Min(firstCleaned, OffsetOf(path));
                Delete(path);
            }
            else if (path.EndsWith(LogFileNames.SwapSuffix, StringComparison.Ordinal))
            {
                swaps.Add(path);
            }
        }

        FinishSwaps(swaps, firstCleaned);
        DeleteOrphans(_changed ? DirectoryFiles.List(fileSystem, directory) : found);
        return _changed;
    }

    // One compaction gives several new segments; while one of them is still unfinished (.cleaned), none from there on counts.
    private void FinishSwaps(List<string> swaps, long firstCleaned)
    {
        foreach (var swap in swaps)
        {
            if (OffsetOf(swap) >= firstCleaned)
            {
                Delete(swap);
            }
        }

        foreach (var swap in swaps)
        {
            if (LogFileNames.TryParse(swap, LogFileNames.LogSuffix + LogFileNames.SwapSuffix, out var baseOffset)
                && baseOffset < firstCleaned)
            {
                DeleteReplaced(baseOffset, EndOf(swap, baseOffset));
            }
        }

        foreach (var swap in swaps)
        {
            if (OffsetOf(swap) < firstCleaned)
            {
                fileSystem.Move(swap, swap[..^LogFileNames.SwapSuffix.Length]);
                _changed = true;
            }
        }
    }

    private void DeleteReplaced(long from, long to)
    {
        foreach (var path in fileSystem.ListFiles(directory))
        {
            if (LogFileNames.TryParse(path, LogFileNames.LogSuffix, out var baseOffset) && baseOffset >= from && baseOffset < to)
            {
                logger.LogInformation("Finishing the compaction of {Path}.", path);
                foreach (var suffix in LogFileNames.SegmentSuffixes)
                {
                    Delete(LogFileNames.Path(directory, baseOffset, suffix));
                }
            }
        }
    }

    private long EndOf(string path, long baseOffset)
    {
        using var file = fileSystem.Open(path, StorageFileMode.Read);
        Span<byte> buffer = stackalloc byte[SegmentScanner.BufferBytes];
        var scanner = new SegmentScanner(file, 0, file.Length, buffer);
        var end = baseOffset + 1;
        while (scanner.MoveNext())
        {
            end = scanner.Current.NextOffset;
        }

        return end;
    }

    private void DeleteOrphans(DirectoryFiles files)
    {
        foreach (var path in files.Paths)
        {
            foreach (var suffix in LogFileNames.SegmentSuffixes)
            {
                if (suffix != LogFileNames.LogSuffix
                    && LogFileNames.TryParse(path, suffix, out var baseOffset)
                    && !files.Contains(LogFileNames.Path(directory, baseOffset, LogFileNames.LogSuffix)))
                {
                    logger.LogWarning("Removing {Path}: there are no records that it could index.", path);
                    Delete(path);
                }
            }
        }
    }

    private static long OffsetOf(string path)
    {
        var name = Path.GetFileName(path.AsSpan());
        var dot = name.IndexOf('.');
        return dot > 0 && long.TryParse(name[..dot], out var offset) ? offset : long.MaxValue;
    }

    private void Delete(string path)
    {
        _changed |= fileSystem.DeleteFile(path);
    }
}
