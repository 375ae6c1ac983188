using Samsa.Protocol;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

public sealed class ReadTests : IDisposable
{
    private readonly LogHarness _harness = new();

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void Offsets_outside_the_log_are_out_of_range()
    {
        _harness.AppendValues("a", "b", "c");
        _harness.Log.UpdateHighWatermark(3);
        _harness.Log.IncrementLogStartOffset(1);
        Assert.Equal(ErrorCode.OffsetOutOfRange, _harness.Log.Read(0, 100, 3, true).Error);
        Assert.Equal(ErrorCode.OffsetOutOfRange, _harness.Log.Read(4, 100, 3, true).Error);
        Assert.Equal(ErrorCode.OffsetOutOfRange, _harness.Log.Read(-1, 100, 3, true).Error);
        var end = _harness.Log.Read(3, 100, 3, true);
        Assert.Equal((ErrorCode.None, null, 3L, 1L, 3L), (end.Error, end.Region, end.HighWatermark, end.LogStartOffset, end.LogEndOffset));
    }

    [Fact]
    public void A_region_is_cut_at_any_byte_but_the_first_batch_may_be_whole()
    {
        _harness.AppendValues("first");
        _harness.AppendValues("second");
        var size = (int)_harness.Log.SizeInBytes;
        foreach (var (maxBytes, minOne, length, incomplete) in ((int, bool, int, bool)[])
            [
                (size, true, size, false), (size - 1, true, size - 1, false), (10, true, 73, false), (10, false, 10, true),
                (73, false, 73, false), (0, true, 73, false), (0, false, 0, true), (74, false, 74, false),
            ])
        {
            var result = _harness.Log.Read(0, maxBytes, 2, minOne);
            using var region = result.Region;
            Assert.Equal((length, incomplete), (region?.Length ?? 0, result.FirstBatchIncomplete));
        }
    }

    [Fact]
    public void Nothing_at_or_above_the_bound_is_given()
    {
        _harness.AppendValues("a", "b");
        _harness.AppendValues("c");
        _harness.AppendValues("d");
        Assert.Equal([(0, "a"), (1, "b")], _harness.Read(0, upTo: 2));
        Assert.Equal([(1, "b"), (2, "c")], _harness.Read(1, upTo: 3));
        Assert.Empty(_harness.Read(0, upTo: 1));
        Assert.Empty(_harness.Read(2, upTo: 2));
        Assert.Equal(4, _harness.Read(0, upTo: 99).Count);
    }

    [Fact]
    public void A_read_at_the_tail_touches_neither_index_nor_disk()
    {
        for (var i = 0; i < 40; i++)
        {
            _harness.AppendValues("x");
        }

        var reads = _harness.Files.Reads;
        Assert.Equal([(39, "x")], Drain(39));
        using (var region = _harness.Log.Read(38, 1000, 39, true).Region)
        {
            Assert.NotNull(region);
        }

        // One read each was the test's own, to see the bytes.
        Assert.Equal(reads + 1, _harness.Files.Reads);
    }

    [Fact]
    public void A_region_outlives_roll_retention_removal_and_close()
    {
        _harness.Config = LogConfig.Default with { RetentionBytes = 0, FileDeleteDelayMs = 1 };
        _harness.AppendValues("old");
        using var region = _harness.Log.Read(0, 1000, 1, true).Region!;
        var bytes = new byte[region.Length];
        region.CopyTo(0, bytes);

        _harness.Log.Roll();
        _harness.AppendValues("new");
        _harness.Log.UpdateHighWatermark(2);
        Assert.Equal(2, _harness.Log.ApplyRetention(_harness.Clock.Now));
        _harness.Scheduler.Run();
        Assert.DoesNotContain(_harness.FileNames(), name => name.StartsWith("00000000000000000000.", StringComparison.Ordinal));
        _harness.Log.Close();

        var later = new byte[region.Length];
        region.CopyTo(0, later);
        Assert.Equal(bytes, later);
        Assert.Equal(1, _harness.Files.OpenHandles);
        region.Dispose();
        region.Dispose();
        Assert.Equal(0, _harness.Files.OpenHandles);
    }

    [Fact]
    public void Reading_past_the_end_of_a_region_is_refused()
    {
        _harness.AppendValues("a");
        using var region = _harness.Log.Read(0, 1000, 1, true).Region!;
        Assert.Throws<ArgumentOutOfRangeException>(() => region.CopyTo(1, new byte[region.Length]));
        _harness.Log.TruncateTo(0);
        Assert.Throws<EndOfStreamException>(() => region.CopyTo(0, new byte[region.Length]));
    }

    [Fact]
    public void Files_that_nobody_uses_are_closed_by_the_sweep()
    {
        _harness.AppendValues("a");
        _harness.Log.Roll();
        _harness.AppendValues("b");
        _harness.Scheduler.Run();
        Assert.Equal(2, _harness.ReadAll().Count);
        Assert.Equal(2, _harness.Files.OpenHandles);
        for (var sweep = 0; sweep < 3; sweep++)
        {
            _harness.Log.ApplyRetention(_harness.Clock.Now);
        }

        Assert.Equal(0, _harness.Files.OpenHandles);
        Assert.Equal(2, _harness.ReadAll().Count);
        Assert.Equal(2, _harness.AppendValues("c").FirstOffset);
        Assert.Equal([(0, "a"), (1, "b"), (2, "c")], _harness.ReadAll());
    }

    [Fact]
    public void A_wrong_index_does_not_mislead()
    {
        _harness.Config = LogConfig.Default with { IndexIntervalBytes = 0 };
        for (var i = 0; i < 50; i++)
        {
            _harness.AppendValues($"value {i}");
        }

        _harness.Log.Close();
        var index = _harness.ReadFile("00000000000000000000.index");
        for (var entry = 0; entry < index.Length; entry += 8)
        {
            index[entry + 7] ^= 1;
        }

        _harness.Files.WriteFile($"{LogHarness.Directory}/00000000000000000000.index", index);
        _harness.Open(clean: true, recoveryPoint: 50);
        Assert.Equal([(20, "value 20")], _harness.Read(20, upTo: 21));
    }

    private List<(long Offset, string Value)> Drain(long offset) => _harness.Read(offset);
}
