using System.Runtime.InteropServices;

namespace Samsa.ZooKeeper.Server.Files;

/// <summary>The disk.</summary>
internal sealed partial class PhysicalDataFileSystem : IDataFileSystem
{
    // Some file systems refuse to sync a directory with EINVAL; there is nothing to do then.
    private const int InvalidArgument = 22;

    public void CreateDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is not null)
        {
            CreateDirectory(parent);
        }

        Do(path, static path => Directory.CreateDirectory(path));
        if (parent is not null)
        {
            FlushDirectory(parent);
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        var names = Do(directory, static directory => Directory.GetFiles(directory));
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Path.GetFileName(names[i]);
        }

        return names;
    }

    public IDataFile Create(string path) => new PhysicalDataFile(path, FileMode.CreateNew);

    public IDataFile Open(string path) => new PhysicalDataFile(path, FileMode.Open);

    public bool Exists(string path) => File.Exists(path);

    public void Delete(string path) => Do(path, static path =>
    {
        File.Delete(path);
        return path;
    });

    public void Move(string from, string to) => Do((from, to), static names =>
    {
        File.Move(names.from, names.to, overwrite: true);
        return names;
    });

    public void FlushDirectory(string path)
    {
        // Windows has no such call: NTFS journals directory changes by itself.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = OpenDirectory(path, 0);
        if (descriptor < 0)
        {
            throw new IOException($"Cannot open the directory {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            if (Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            {
                throw new IOException($"Cannot flush the directory {path}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>What the rights do not allow is a failure of the disk like any other: only an <see cref="IOException"/> is one here.</summary>
    private static TResult Do<T, TResult>(T what, Func<T, TResult> act)
    {
        try
        {
            return act(what);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException(denied.Message, denied);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDirectory(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
