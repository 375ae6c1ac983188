using Samsa.Storage;
using Samsa.Storage.Files;
using Xunit;

namespace Samsa.UnitTests.Storage.Files;

public sealed class ChangedDirectoryTests
{
    private readonly MemoryFileSystem _files = new();

    [Fact]
    public void One_flush_answers_for_all_changes_before_it()
    {
        var directory = new ChangedDirectory(_files, "/data");
        var first = directory.Note();
        var second = directory.Note();
        directory.Flush(first);
        Assert.Equal(1, _files.DirectoryFlushes);
        directory.Flush(second);
        Assert.Equal(1, _files.DirectoryFlushes);
        directory.Flush(directory.Note());
        Assert.Equal(2, _files.DirectoryFlushes);
        directory.Flush(0);
        Assert.Equal(2, _files.DirectoryFlushes);
    }

    [Fact]
    public void A_flush_that_failed_is_made_up_for()
    {
        var directory = new ChangedDirectory(_files, "/data");
        var change = directory.Note();
        _files.Fault = (operation, _) => operation == "flush directory" ? "I/O error" : null;
        Assert.Throws<StorageException>(() => directory.Flush(change));
        _files.Fault = null;
        directory.Flush(change);
        Assert.Equal(1, _files.DirectoryFlushes);
    }
}
