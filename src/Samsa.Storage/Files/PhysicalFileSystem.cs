namespace Samsa.Storage.Files;

/// <summary>The file system of the machine. It has no state; one instance serves everybody.</summary>
public sealed class PhysicalFileSystem : IStorageFileSystem
{
    private const string TemporarySuffix = ".tmp";

    private PhysicalFileSystem()
    {
    }

    /// <summary>The one instance.</summary>
    public static PhysicalFileSystem Instance { get; } = new();

    /// <inheritdoc/>
    public IStorageFile Open(string path, StorageFileMode mode) => Guard(path, "Cannot open the file", () =>
    {
        var (fileMode, access) = mode switch
        {
            StorageFileMode.Read => (FileMode.Open, FileAccess.Read),
            StorageFileMode.Existing => (FileMode.Open, FileAccess.ReadWrite),
            StorageFileMode.OpenOrCreate => (FileMode.OpenOrCreate, FileAccess.ReadWrite),
            StorageFileMode.Truncate => (FileMode.Create, FileAccess.ReadWrite),
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Unknown mode"),
        };
        return new PhysicalFile(path, File.OpenHandle(path, fileMode, access, FileShare.ReadWrite | FileShare.Delete));
    });

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public long FileLength(string path) => Guard(path, "Cannot read the length of the file", () =>
    {
        var info = new FileInfo(path);
        return info.Exists ? info.Length : -1;
    });

    /// <inheritdoc/>
    public void CreateDirectory(string path) =>
        Guard(path, "Cannot create the directory", () => Directory.CreateDirectory(path));

    /// <inheritdoc/>
    public bool DeleteFile(string path) => Guard(path, "Cannot delete the file", () =>
    {
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);
        return true;
    });

    /// <inheritdoc/>
    public bool DeleteDirectory(string path) => Guard(path, "Cannot delete the directory", () =>
    {
        if (!Directory.Exists(path))
        {
            return false;
        }

        Directory.Delete(path, recursive: true);
        return true;
    });

    /// <inheritdoc/>
    public void Move(string from, string to) => Guard(from, $"Cannot rename to {to}", () =>
    {
        if (Directory.Exists(from))
        {
            Directory.Move(from, to);
        }
        else
        {
            File.Move(from, to, overwrite: true);
        }

        return true;
    });

    /// <inheritdoc/>
    public IReadOnlyList<string> ListFiles(string directory) =>
        Guard(directory, "Cannot list the files", () => Sorted(Directory.GetFiles(directory)));

    /// <inheritdoc/>
    public IReadOnlyList<string> ListDirectories(string directory) =>
        Guard(directory, "Cannot list the directories", () => Sorted(Directory.GetDirectories(directory)));

    /// <inheritdoc/>
    public byte[] ReadAllBytes(string path) => Guard(path, "Cannot read the file", () => File.ReadAllBytes(path));

    /// <inheritdoc/>
    public void WriteAtomically(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + TemporarySuffix;
        using (var file = Open(temporary, StorageFileMode.Truncate))
        {
            file.Write(content, 0);
            file.Flush();
        }

        Move(temporary, path);
        FlushDirectory(ParentOf(path));
    }

    /// <inheritdoc/>
    public void FlushDirectory(string path)
    {
        // Windows has no such call: NTFS journals directory changes by itself.
        if (!OperatingSystem.IsWindows())
        {
            UnixDirectory.Flush(path);
        }
    }

    /// <inheritdoc/>
    public (long Total, long Usable) Space(string path) => Guard(path, "Cannot read the size of the volume", () =>
    {
        var drive = new DriveInfo(Path.GetFullPath(path));
        return (drive.TotalSize, drive.AvailableFreeSpace);
    });

    /// <inheritdoc/>
    public IDisposable Lock(string path) => new PhysicalLock(path);

    /// <inheritdoc/>
    public DateTimeOffset LastWriteTime(string path) =>
        Guard(path, "Cannot read the time of the file", () => new DateTimeOffset(File.GetLastWriteTimeUtc(path)));

    /// <inheritdoc/>
    public void SetLastWriteTime(string path, DateTimeOffset time) => Guard(path, "Cannot set the time of the file", () =>
    {
        File.SetLastWriteTimeUtc(path, time.UtcDateTime);
        return true;
    });

    private static string ParentOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? Path.GetPathRoot(path) ?? "/";

    private static string[] Sorted(string[] paths)
    {
        Array.Sort(paths, StringComparer.Ordinal);
        return paths;
    }

    private static T Guard<T>(string path, string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.Wrap(path, what, failure);
        }
    }
}
