using Samsa.Storage;
using Samsa.Storage.Files;
using Xunit;

namespace Samsa.UnitTests.Storage.Files;

public sealed class PhysicalFileSystemTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("samsa-files-").FullName;
    private readonly PhysicalFileSystem _files = PhysicalFileSystem.Instance;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Bytes_are_written_and_read_at_positions()
    {
        using var file = _files.Open(At("a"), StorageFileMode.OpenOrCreate);
        file.Write([1, 2, 3], 0);
        file.Write([9, 8], 2);
        file.Flush();
        var read = new byte[10];
        Assert.Equal(4, file.Read(read, 0));
        Assert.Equal([1, 2, 9, 8], read[..4]);
        Assert.Equal(0, file.Read(read, 4));
        Assert.Equal(4, file.Length);
        file.SetLength(1);
        Assert.Equal(1, _files.FileLength(At("a")));
        Assert.NotNull(file.Handle);
    }

    [Fact]
    public void A_missing_file_is_a_storage_failure_with_its_path()
    {
        foreach (var mode in (StorageFileMode[])[StorageFileMode.Read, StorageFileMode.Existing])
        {
            Assert.Equal(At("none"), Assert.Throws<StorageException>(() => _files.Open(At("none"), mode)).Path);
        }

        Assert.Equal(At("none"), Assert.Throws<StorageException>(() => _files.ReadAllBytes(At("none"))).Path);
        Assert.Equal(At("none"), Assert.Throws<StorageException>(() => _files.ListFiles(At("none"))).Path);
        Assert.Equal(At("none"), Assert.Throws<StorageException>(() => _files.Move(At("none"), At("b"))).Path);
        Assert.Throws<StorageException>(() => _files.FlushDirectory(At("none")));
        Assert.Equal(-1, _files.FileLength(At("none")));
        Assert.False(_files.DeleteFile(At("none")));
        Assert.False(_files.DeleteDirectory(At("none")));
    }

    [Fact]
    public void An_atomic_write_replaces_the_file_and_leaves_nothing_else()
    {
        _files.WriteAtomically(At("c"), [1, 2, 3]);
        _files.WriteAtomically(At("c"), [4]);
        Assert.Equal([4], _files.ReadAllBytes(At("c")));
        Assert.Equal([At("c")], _files.ListFiles(_directory));
    }

    [Fact]
    public void A_rename_replaces_files_and_moves_directories()
    {
        _files.WriteAtomically(At("old"), [1]);
        _files.WriteAtomically(At("new"), [2]);
        _files.Move(At("old"), At("new"));
        Assert.Equal([1], _files.ReadAllBytes(At("new")));

        _files.CreateDirectory(At("d1/sub"));
        _files.Move(At("d1"), At("d2"));
        Assert.Equal([At("d2")], _files.ListDirectories(_directory));
        Assert.True(_files.DeleteDirectory(At("d2")));
        Assert.False(_files.DirectoryExists(At("d2")));
    }

    [Fact]
    public void An_open_file_outlives_its_name()
    {
        using var file = _files.Open(At("a"), StorageFileMode.OpenOrCreate);
        file.Write([7], 0);
        _files.Move(At("a"), At("b"));
        _files.DeleteFile(At("b"));
        var read = new byte[1];
        Assert.Equal(1, file.Read(read, 0));
        Assert.Equal(7, read[0]);
    }

    [Fact]
    public void A_lock_is_exclusive_and_gone_afterwards()
    {
        using (_files.Lock(At(".lock")))
        {
            Assert.Equal(At(".lock"), Assert.Throws<StorageException>(() => _files.Lock(At(".lock"))).Path);
        }

        Assert.False(_files.FileExists(At(".lock")));
        _files.Lock(At(".lock")).Dispose();
    }

    [Fact]
    public void The_volume_has_a_size()
    {
        var (total, usable) = _files.Space(_directory);
        Assert.InRange(usable, 0, total);
        _files.FlushDirectory(_directory);
    }

    private string At(string name) => Path.Combine(_directory, name);
}
