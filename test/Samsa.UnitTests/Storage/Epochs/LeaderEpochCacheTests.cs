using System.Text;
using Samsa.Storage;
using Samsa.Storage.Epochs;
using Samsa.UnitTests.Protocol.Records;
using Samsa.UnitTests.Storage.Files;
using Xunit;

namespace Samsa.UnitTests.Storage.Epochs;

public sealed class LeaderEpochCacheTests
{
    private const string Directory = "/data/t-0";
    private const string Path = Directory + "/leader-epoch-checkpoint";
    private readonly MemoryFileSystem _files = new();

    public LeaderEpochCacheTests() => _files.CreateDirectory(Directory);

    [Fact]
    public void Assignments_are_kept_and_survive_a_restart_once_flushed()
    {
        var cache = Filled((0, 0), (2, 10));
        cache.Assign(5, 10);
        Assert.Equal("0\n2\n0 0\n2 10\n", Text());
        cache.Flush();
        Assert.Equal([new(0, 0), new(5, 10)], cache.Entries);
        Assert.Equal("0\n2\n0 0\n5 10\n", Text());
        Assert.Equal(cache.Entries, new LeaderEpochCache(_files, Directory).Entries);
        Assert.Equal(5, cache.LatestEpoch);
    }

    [Theory]
    [InlineData(Samples.Kafka39, "plain-0")]
    [InlineData(Samples.Kafka39, "start-0")]
    [InlineData(Samples.Kafka43, "start-0")]
    public void The_checkpoint_of_Kafka_is_written_as_it_was_read(string version, string partition)
    {
        var golden = Samples.Read($"{version}/{partition}/leader-epoch-checkpoint");
        _files.WriteFile(Path, golden);
        var cache = new LeaderEpochCache(_files, Directory);
        var entry = Assert.Single(cache.Entries);
        cache.Clear();
        cache.Assign(entry.Epoch, entry.StartOffset);
        cache.Flush();
        Assert.Equal(golden, _files.ReadAllBytes(Path));
    }

    [Fact]
    public void An_assignment_removes_what_contradicts_it()
    {
        var cache = Filled((1, 0), (2, 10), (3, 20));
        Assert.True(cache.Assign(2, 5));
        Assert.Equal([new(1, 0), new(2, 5)], cache.Entries);
        Assert.True(cache.Assign(4, 0));
        Assert.Equal([new(4, 0)], cache.Entries);
    }

    [Fact]
    public void Assigning_the_current_epoch_again_writes_and_allocates_nothing()
    {
        var cache = Filled((1, 0));
        cache.Assign(1, 5);
        var flushes = _files.Flushes;
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(cache.Assign(1, 7));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(flushes, _files.Flushes);
    }

    [Theory]
    [InlineData(-1, -1, -1)]
    [InlineData(0, 0, 5)]
    [InlineData(1, 1, 10)]
    [InlineData(2, 2, 20)]
    [InlineData(3, 2, 20)]
    [InlineData(4, 4, 99)]
    [InlineData(5, -1, -1)]
    public void The_end_of_an_epoch_is_where_the_next_one_begins(int requested, int epoch, long endOffset) =>
        Assert.Equal(new(epoch, endOffset), Filled((1, 5), (2, 10), (4, 20)).EndOffsetFor(requested, 99));

    [Fact]
    public void Without_entries_no_epoch_has_an_end()
    {
        var cache = new LeaderEpochCache(_files, Directory);
        Assert.Equal(EpochEndOffset.None, cache.EndOffsetFor(0, 5));
        Assert.Null(cache.LatestEpoch);
        Assert.Null(cache.EpochForOffset(0));
        Assert.Null(cache.Earliest);
    }

    [Theory]
    [InlineData(4, null)]
    [InlineData(5, 1)]
    [InlineData(9, 1)]
    [InlineData(10, 2)]
    [InlineData(1000, 4)]
    public void An_offset_belongs_to_the_last_epoch_that_began_before_it(long offset, int? expected) =>
        Assert.Equal(expected, Filled((1, 5), (2, 10), (4, 20)).EpochForOffset(offset));

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, 1)]
    [InlineData(4, 2)]
    [InlineData(9, 4)]
    public void The_previous_epoch_is_the_largest_below(int epoch, int? expected) =>
        Assert.Equal(expected, Filled((1, 5), (2, 10), (4, 20)).PreviousEpoch(epoch));

    [Theory]
    [InlineData(21, "1 5|2 10|4 20")]
    [InlineData(20, "1 5|2 10")]
    [InlineData(11, "1 5|2 10")]
    [InlineData(6, "1 5")]
    [InlineData(0, "")]
    public void Truncation_from_the_end_removes_epochs_that_begin_at_or_after(long offset, string expected)
    {
        var cache = Filled((1, 5), (2, 10), (4, 20));
        cache.TruncateFromEnd(offset);
        Assert.Equal(expected, string.Join('|', cache.Entries.Select(entry => $"{entry.Epoch} {entry.StartOffset}")));
        Assert.Equal(cache.Entries, new LeaderEpochCache(_files, Directory).Entries);
    }

    [Theory]
    [InlineData(4, "1 5|2 10|4 20")]
    [InlineData(5, "1 5|2 10|4 20")]
    [InlineData(7, "1 7|2 10|4 20")]
    [InlineData(10, "2 10|4 20")]
    [InlineData(15, "2 15|4 20")]
    [InlineData(99, "4 99")]
    public void Truncation_from_the_start_moves_the_epoch_that_holds_the_offset(long offset, string expected)
    {
        var cache = Filled((1, 5), (2, 10), (4, 20));
        cache.TruncateFromStart(offset);
        Assert.Equal(expected, string.Join('|', cache.Entries.Select(entry => $"{entry.Epoch} {entry.StartOffset}")));
        Assert.Equal(cache.Entries, new LeaderEpochCache(_files, Directory).Entries);
    }

    [Fact]
    public void When_the_disk_fails_the_old_entries_stay()
    {
        var cache = Filled((1, 5));
        _files.Fault = (_, _) => "I/O error";
        Assert.Throws<StorageException>(() => cache.TruncateFromEnd(2));
        Assert.Equal([new(1, 5)], cache.Entries);
    }

    [Fact]
    public void A_flush_that_failed_is_made_up_for_by_the_next()
    {
        var cache = Filled((1, 5));
        cache.Assign(2, 6);
        _files.Fault = (_, _) => "I/O error";
        Assert.Throws<StorageException>(() => cache.Flush());
        _files.Fault = null;
        Assert.True(cache.Flush());
        Assert.Equal([new(1, 5), new(2, 6)], new LeaderEpochCache(_files, Directory).Entries);
        var flushes = _files.Flushes;
        Assert.False(cache.Flush());
        Assert.Equal(flushes, _files.Flushes);
    }

    [Fact]
    public void A_malformed_checkpoint_names_file_and_line()
    {
        _files.WriteFile(Path, "0\n1\n0 x\n"u8.ToArray());
        var failure = Assert.Throws<StorageException>(() => new LeaderEpochCache(_files, Directory));
        Assert.Contains("Line 3", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Path, failure.Path);
    }

    [Fact]
    public void Random_histories_agree_with_a_plain_list()
    {
        const int Seed = 99;
        var random = new Random(Seed);
        for (var round = 0; round < 200; round++)
        {
            var cache = new LeaderEpochCache(_files, Directory);
            cache.Clear();

            // The model: the epoch of every single offset.
            var epochs = new List<int>();
            var epoch = 0;
            for (var step = 0; step < 30; step++)
            {
                switch (random.Next(4))
                {
                    case 0:
                        epoch += random.Next(1, 3);
                        break;
                    case 1 when epochs.Count > 0:
                        var cut = random.Next(epochs.Count + 1);
                        epochs.RemoveRange(cut, epochs.Count - cut);
                        cache.TruncateFromEnd(cut);
                        break;
                    default:
                        cache.Assign(epoch, epochs.Count);
                        epochs.AddRange(Enumerable.Repeat(epoch, random.Next(1, 5)));
                        break;
                }

                for (var offset = 0; offset < epochs.Count; offset++)
                {
                    Assert.True(cache.EpochForOffset(offset) == epochs[offset], $"Seed {Seed}, round {round}, offset {offset}");
                    Assert.Equal(epochs.LastIndexOf(epochs[offset]) + 1, cache.EndOffsetFor(epochs[offset], epochs.Count).EndOffset);
                }
            }
        }
    }

    private LeaderEpochCache Filled(params (int Epoch, long StartOffset)[] entries)
    {
        var cache = new LeaderEpochCache(_files, Directory);
        foreach (var (epoch, start) in entries)
        {
            cache.Assign(epoch, start);
        }

        cache.Flush();
        return cache;
    }

    private string Text() => Encoding.UTF8.GetString(_files.ReadAllBytes(Path));
}
