using System.Buffers.Binary;
using System.Text;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Cli.DumpLog;

/// <summary>
/// Damaged and old files, and mistakes on the command line. What is expected was measured on Apache Kafka 3.9.2; where that ends
/// with a stack trace, ours has one line.
/// </summary>
public sealed class DumpLogToolTests : IDisposable
{
    private const string Name = "00000000000000000000.log";

    private readonly string _folder = Directory.CreateTempSubdirectory("samsa-dump-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(10)]
    [InlineData(17)]
    [InlineData(50)]
    public async Task A_batch_that_is_cut_off_is_counted_in_bytes(int rest)
    {
        byte[] batch = Batch(3);

        var run = await DumpAsync([.. batch, .. batch.AsSpan(0, rest)]);

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.EndsWith($"\nFound {rest} invalid bytes at the end of {Name}\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_bit_makes_a_batch_invalid_and_its_records_are_still_printed()
    {
        byte[] batch = Batch(3);
        batch[^2] ^= 1;

        var run = await DumpAsync(batch);

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Contains(" isvalid: false\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(3, run.Output.Split("| offset: ").Length - 1);
    }

    [Fact]
    public async Task Records_before_the_broken_one_are_printed_then_one_line_of_error()
    {
        byte[] batch = Batch(3);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatchHeader.RecordCountPosition), 2);

        var run = await DumpAsync(batch);

        // Kafka notices the surplus bytes before it prints the last record that was announced.
        Assert.Equal(1, run.ExitCode);
        Assert.Single(run.Output.Split("| offset: ").Skip(1));
        Assert.Matches($"^[^\n]+{Name}: the batch at position 0 cannot be read to its end[^\n]+\n$", run.Errors);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    [InlineData(0)]
    public async Task A_size_that_no_batch_has_ends_with_one_line(int size)
    {
        byte[] batch = Batch(1);
        byte[] wrong = Batch(1);
        BinaryPrimitives.WriteInt32BigEndian(wrong.AsSpan(RecordBatchHeader.BatchLengthPosition), size);

        var run = await DumpAsync([.. batch, .. wrong]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("| offset: 0 ", run.Output, StringComparison.Ordinal);
        Assert.Matches($"^[^\n]+: at position {batch.Length} a batch says that it has {size} bytes[^\n]+\n$", run.Errors);
    }

    [Fact]
    public async Task Gaps_between_offsets_are_told_at_the_end_newest_first()
    {
        byte[] second = Batch(1);
        RecordBatch.SetBaseOffset(second, 5);
        byte[] third = Batch(1);
        RecordBatch.SetBaseOffset(third, 9);

        var run = await DumpAsync([.. Batch(1), .. second, .. third]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal($"Non-consecutive offsets in {_folder}/{Name}\n  5 is followed by 9\n  0 is followed by 5\n", run.Errors);
    }

    [Theory]
    [InlineData("--nope", "nope is not a recognized option\n")]
    [InlineData("--files", "Option files requires an argument\n")]
    [InlineData("--files=a --files=b", "Found multiple arguments for option files, but you asked for only one\n")]
    public async Task A_mistake_in_the_options_is_one_line(string arguments, string error)
    {
        var run = await ToolRun.RunAsync(null, ["dump-log", .. arguments.Split(' ')]);

        Assert.Equal((1, "", error), (run.ExitCode, run.Output, run.Errors));
    }

    [Fact]
    public async Task A_command_line_without_files_gets_the_option_table()
    {
        var run = await ToolRun.RunAsync(null, "dump-log", "--print-data-log");

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("Missing required argument \"[files]\"\nOption   ", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--files=NAME --max-bytes=x", "Dumping NAME\n", "Cannot parse argument 'x' of option max-bytes\n")]
    [InlineData("--files=nothere.log", "Dumping nothere.log\n", "nothere.log: the name of such a file starts with an offset, and 'nothere' is none\n")]
    [InlineData("--files=DIR/1.log", "Dumping DIR/1.log\nLog starting offset: 1\n", "DIR/1.log: there is no such file\n")]
    [InlineData("--files=DIR//x.nope/ --print-data-log", "Dumping DIR/x.nope\n", "Ignoring unknown file DIR/x.nope\n", 0)]
    [InlineData("--files=NAME --key-decoder-class=my.Own", "Dumping NAME\n", "the decoder class my.Own is unknown: Samsa runs no Java classes; there are org.apache.kafka.tools.api.StringDecoder, LongDecoder, IntegerDecoder and DefaultDecoder\n")]
    public async Task What_cannot_be_read_is_one_line(string arguments, string output, string errors, int exitCode = 1)
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder, Name), Batch(1));
        string[] real = [.. arguments.Split(' ').Select(Real)];

        var run = await ToolRun.RunAsync(null, ["dump-log", .. real]);

        Assert.Equal((exitCode, Real(output), Real(errors)), (run.ExitCode, run.Output, run.Errors));

        string Real(string text) => text.Replace("NAME", $"{_folder}/{Name}", StringComparison.Ordinal).Replace("DIR", _folder, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IntegerDecoder", "7")]
    [InlineData("LongDecoder", null)]
    [InlineData("DefaultDecoder", "00000007")]
    public async Task Decoders_of_Kafka_are_known_by_name(string decoder, string? payload)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, OptionalBytes.Null, (ReadOnlySpan<byte>)[0, 0, 0, 7]);

        var run = await DumpAsync(builder.Build().ToArray(), "--value-decoder-class", "org.apache.kafka.tools.api." + decoder);

        Assert.Equal(payload is null ? 1 : 0, run.ExitCode);
        Assert.EndsWith(payload is null ? "headerKeys: []" : $"headerKeys: [] payload: {payload}\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsound_producer_snapshot_is_a_line_and_the_next_file_follows()
    {
        string snapshot = Path.Combine(_folder, "00000000000000000004.snapshot");
        await File.WriteAllBytesAsync(snapshot, [0, 1, 1, 2, 3, 4, 0, 0, 0, 0]);
        await File.WriteAllBytesAsync(Path.Combine(_folder, Name), Batch(1));

        var run = await ToolRun.RunAsync(null, "dump-log", "--files", $"{snapshot},{_folder}/{Name}");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches("^Snapshot is corrupt \\(CRC is no longer valid\\)\\. Stored crc: 16909060\\. Computed crc: \\d+\n$", run.Errors);
        Assert.Contains("\nLog starting offset: 0\nbaseOffset: 0 ", run.Output, StringComparison.Ordinal);
    }

    private static byte[] Batch(int records)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        for (int i = 0; i < records; i++)
            builder.Append(1_700_000_000_000 + i, (ReadOnlySpan<byte>)Encoding.UTF8.GetBytes($"k{i}"), (ReadOnlySpan<byte>)Encoding.UTF8.GetBytes($"value {i}"));
        return builder.Build().ToArray();
    }

    private async Task<ToolRun> DumpAsync(byte[] log, params string[] options)
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder, Name), log);
        return await ToolRun.RunAsync(null, ["dump-log", "--print-data-log", "--files", $"{_folder}/{Name}", .. options]);
    }
}
