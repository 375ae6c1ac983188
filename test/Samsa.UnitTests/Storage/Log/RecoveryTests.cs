using Microsoft.Extensions.Logging;
using Samsa.Storage;
using Samsa.Storage.Epochs;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

/// <summary>What a crash leaves, and what is made of it.</summary>
public sealed class RecoveryTests : IDisposable
{
    private const string First = LogHarness.Directory + "/00000000000000000000";

    private readonly LogRecorder _messages = new();
    private readonly LogHarness _harness;

    public RecoveryTests() => _harness = new LogHarness { Logger = _messages };

    public void Dispose() => _harness.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1_795_220_000_000)]
    [InlineData(long.MaxValue)]
    public void A_last_batch_with_a_damaged_offset_is_cut_before_anything_is_appended_behind_it(long damaged)
    {
        _harness.AppendValues("a", "b");
        _harness.AppendValues("c");
        _harness.Log.Close();
        var path = $"{LogHarness.Directory}/00000000000000000000.log";
        var segment = _harness.Files.ReadAllBytes(path);
        var second = segment.AsSpan(System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(segment.AsSpan(8)) + 12);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(second, damaged);
        _harness.Files.WriteFile(path, segment);

        // The stop was clean, so no checksum is looked at; the checksum would be right, too.
        _harness.Open(clean: true, recoveryPoint: 3);
        Assert.Equal(2, _harness.Log.LogEndOffset);
        _harness.AppendValues("d");
        _harness.Reopen();

        Assert.Equal([(0, "a"), (1, "b"), (2, "d")], _harness.Read(0));
    }

    [Fact]
    public void A_torn_tail_is_cut_at_every_byte()
    {
        _harness.AppendValues("a", "b");
        var whole = _harness.Log.SizeInBytes;
        _harness.AppendValues("c");
        _harness.Log.Close();
        var bytes = _harness.Files.ReadAllBytes(First + ".log");
        for (var length = (int)whole; length < bytes.Length; length++)
        {
            _harness.Files.WriteFile(First + ".log", bytes[..length]);
            var log = _harness.Open(clean: false);
            Assert.Equal((2L, whole), (log.LogEndOffset, log.SizeInBytes));
            Assert.Equal([(0, "a"), (1, "b")], _harness.ReadAll());
            log.Dispose();
        }

        Assert.Contains(_messages.Entries, entry => entry.Level == LogLevel.Warning && entry.Message.Contains("torn", StringComparison.Ordinal));
        Assert.DoesNotContain(_messages.Entries, entry => entry.Level == LogLevel.Error);
    }

    [Fact]
    public void A_flipped_bit_in_the_middle_is_reported_as_damage_and_never_served()
    {
        _harness.AppendValues("a");
        var position = (int)_harness.Log.SizeInBytes;
        _harness.AppendValues("b");
        _harness.AppendValues("c");
        _harness.Log.Roll();
        _harness.AppendValues("d");
        _harness.Log.Close();
        var good = _harness.Files.ReadAllBytes(First + ".log");
        for (var at = position; at < position + 69; at += 3)
        {
            // Base offset and leader epoch are outside the checksum; a smaller offset is noticed all the same.
            if (at - position is >= 4 and < 16)
            {
                continue;
            }

            _messages.Entries.Clear();
            var bad = good.ToArray();
            bad[at] ^= 0x80;
            _harness.Files.WriteFile(First + ".log", bad);
            var log = _harness.Open(clean: false);
            Assert.Equal(1, log.LogEndOffset);
            Assert.Equal([(0, "a")], _harness.ReadAll());
            Assert.Contains(_messages.Entries, entry => entry.Level == LogLevel.Error
                && entry.Message.Contains($"position {position}", StringComparison.Ordinal));
            log.Dispose();
        }

        Assert.DoesNotContain("00000000000000000003.log", _harness.FileNames());
    }

    [Fact]
    public void Segments_below_the_recovery_point_are_not_scanned()
    {
        _harness.AppendValues("a");
        _harness.Log.Roll();
        _harness.AppendValues("b");
        _harness.Log.Flush();
        Assert.Equal(2, _harness.Log.RecoveryPoint);
        _harness.Log.Dispose();
        var bytes = _harness.Files.ReadAllBytes(First + ".log");
        bytes[^1] ^= 1;
        _harness.Files.WriteFile(First + ".log", bytes);
        Assert.Equal(2, _harness.Open(clean: false, recoveryPoint: 1).LogEndOffset);
        _harness.Log.Dispose();
        Assert.Equal(0, _harness.Open(clean: false, recoveryPoint: 0).LogEndOffset);
    }

    [Fact]
    public void After_a_clean_stop_nothing_is_scanned()
    {
        _harness.AppendValues("a");
        _harness.Log.Close();
        var reads = _harness.Files.Reads;
        _harness.Open(clean: true, recoveryPoint: 1);
        Assert.Equal(1, _harness.Log.LogEndOffset);
        Assert.InRange(_harness.Files.Reads - reads, 0, 4);
    }

    [Theory]
    [InlineData(".index")]
    [InlineData(".timeindex")]
    [InlineData(".txnindex")]
    public void Missing_and_broken_indexes_are_rebuilt(string suffix)
    {
        _harness.Config = LogConfig.Default with { IndexIntervalBytes = 0 };
        for (var i = 0; i < 20; i++)
        {
            _harness.AppendValues($"value {i}");
            if (i % 8 == 7)
            {
                _harness.Log.Roll();
            }
        }

        _harness.Log.Close();
        var before = _harness.FileNames().ToDictionary(name => name, name => _harness.ReadFile(name));
        var breakages = suffix == ".txnindex"
            ? (Action[])[() => _harness.Files.WriteFile(First + suffix, new byte[33])]
            :
            [
                () => _harness.Files.DeleteFile(First + suffix),
                () => _harness.Files.WriteFile(First + suffix, [1, 2, 3]),
                () => _harness.Files.WriteFile(First + suffix, [.. before["00000000000000000000" + suffix], .. Enumerable.Repeat((byte)0x7f, 24)]),
            ];
        foreach (var breakIt in breakages)
        {
            breakIt();
            _harness.Open(clean: true, recoveryPoint: 20);
            Assert.Equal(20, _harness.ReadAll(maxBytes: 100).Count);
            _harness.Log.Close();
            foreach (var (name, bytes) in before.Where(file => !file.Key.EndsWith(".snapshot", StringComparison.Ordinal)))
            {
                Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(_harness.ReadFile(name)));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_flipped_bit_in_an_offset_index_hides_no_record(bool clean)
    {
        _harness.Config = LogConfig.Default with { IndexIntervalBytes = 0 };
        for (var i = 0; i < 12; i++)
        {
            _harness.AppendValues($"value {i}");
        }

        _harness.Log.Close();
        var good = _harness.ReadFile("00000000000000000000.index");
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var bad = good.ToArray();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            _harness.Files.WriteFile(First + ".index", bad);
            var log = _harness.Open(clean, recoveryPoint: 12);
            Assert.Equal(12, log.LogEndOffset);
            for (var offset = 0; offset < 12; offset++)
            {
                Assert.True(_harness.Read(offset).FirstOrDefault() == (offset, $"value {offset}"), $"bit {bit}, offset {offset}");
            }

            log.Dispose();
        }
    }

    [Fact]
    public void Recovery_leaves_the_same_indexes_as_appending()
    {
        _harness.Config = LogConfig.Default with { IndexIntervalBytes = 200, SegmentBytes = 2000 };
        for (var i = 0; i < 200; i++)
        {
            _harness.Append(LogHarness.Batch(LogHarness.StartTime + (i % 17), new string('x', i % 50)));
        }

        _harness.Log.Close();
        var before = _harness.FileNames().ToDictionary(name => name, name => _harness.ReadFile(name));
        _harness.Open(clean: false);
        _harness.Log.Close();
        foreach (var (name, bytes) in before)
        {
            Assert.True(bytes.AsSpan().SequenceEqual(_harness.ReadFile(name)), name);
        }
    }

    [Fact]
    public void Leftovers_of_removal_and_compaction_are_cleaned_up()
    {
        _harness.AppendValues("a");
        _harness.Log.Close();
        foreach (var name in (string[])["00000000000000000007.log.deleted", "00000000000000000000.log.cleaned", "00000000000000000000.log.swap",
            "00000000000000000000.index.swap", "00000000000000000099.timeindex"])
        {
            _harness.Files.WriteFile($"{LogHarness.Directory}/{name}", [1, 2, 3]);
        }

        _harness.Open(clean: false);
        Assert.Equal([(0, "a")], _harness.ReadAll());
        _harness.Log.Close();
        Assert.Equal(
            ["00000000000000000000.index", "00000000000000000000.log", "00000000000000000000.timeindex", "00000000000000000001.snapshot",
                "leader-epoch-checkpoint"],
            _harness.FileNames());
    }

    [Fact]
    public void A_finished_compaction_takes_the_place_of_its_sources()
    {
        _harness.AppendValues("a");
        _harness.Log.Roll();
        _harness.AppendValues("b");
        _harness.Log.Roll();
        _harness.AppendValues("c");
        _harness.Log.Close();

        // As if compaction had merged the first two segments and dropped "a".
        _harness.Files.WriteFile(First + ".log.swap", _harness.ReadFile("00000000000000000001.log"));
        _harness.Open(clean: false, recoveryPoint: 2);
        Assert.Equal([(1, "b"), (2, "c")], _harness.ReadAll());
        Assert.Equal(2, _harness.Log.SegmentCount);
    }

    [Fact]
    public void A_log_that_ends_before_its_start_offset_begins_anew_there()
    {
        _harness.AppendValues("a");
        _harness.Log.Dispose();
        var log = _harness.Open(clean: false, logStartOffset: 10);
        Assert.Equal((10L, 10L), (log.LogStartOffset, log.LogEndOffset));
        Assert.Equal(10, _harness.AppendValues("b").FirstOffset);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Leader_epochs_are_read_back_from_the_records_when_their_checkpoint_is_malformed(bool clean)
    {
        _harness.Append(LogHarness.Batch(_harness.Clock.Now, "a", "b"), leaderEpoch: 1);
        _harness.Append(LogHarness.Batch(_harness.Clock.Now, "c"), leaderEpoch: 3);
        _harness.Log.Roll();
        _harness.Append(LogHarness.Batch(_harness.Clock.Now, "d"), leaderEpoch: 4);
        _harness.Log.Close();
        var sound = _harness.ReadFile("leader-epoch-checkpoint");
        _harness.Files.WriteFile(LogHarness.Directory + "/leader-epoch-checkpoint", "0\n1\nwhat\n"u8.ToArray());

        _harness.Open(clean, recoveryPoint: 4);

        Assert.Equal([new EpochEntry(1, 0), new(3, 2), new(4, 3)], _harness.Log.LeaderEpochs.Entries);
        Assert.Contains(_messages.Entries, entry => entry.Level == LogLevel.Warning && entry.Message.Contains("Line 3", StringComparison.Ordinal));
        _harness.Log.Close();
        Assert.Equal(sound, _harness.ReadFile("leader-epoch-checkpoint"));
    }

    [Fact]
    public void Leader_epochs_beyond_the_cut_are_forgotten()
    {
        _harness.Append(LogHarness.Batch(1, "a"), leaderEpoch: 1);
        _harness.Append(LogHarness.Batch(1, "b"), leaderEpoch: 2);
        _harness.Log.Dispose();
        var bytes = _harness.Files.ReadAllBytes(First + ".log");
        _harness.Files.WriteFile(First + ".log", bytes[..^1]);
        Assert.Equal(1, _harness.Open(clean: false).LeaderEpochs.LatestEpoch);
    }

    [Fact]
    public void A_file_that_cannot_be_read_fails_the_opening()
    {
        _harness.AppendValues("a");
        _harness.Log.Dispose();
        _harness.Files.Fault = (operation, path) => operation == "open" && path.EndsWith(".log", StringComparison.Ordinal) ? "bad disk" : null;
        Assert.Equal(First + ".log", Assert.Throws<StorageException>(() => _harness.Open(clean: false)).Path);
        _harness.Files.Fault = null;
    }

    internal sealed class LogRecorder : ILogger
    {
        public List<(LogLevel Level, string Message)> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add((logLevel, formatter(state, exception)));
    }
}
