using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.DumpLog;

public sealed class DumpLog39Tests() : DumpLogTests("3.9")
{
    [Fact]
    public async Task Transactions_are_the_same_text()
    {
        using TemporaryDirectory directory = new();
        string file = Write(directory, "transactions", StoredRecords.Transactions(seed: 4));
        Assert.InRange(await SameRecordsAsync("--transaction-log-decoder", file), 40, int.MaxValue);
    }

    [Fact]
    public async Task Where_Apache_Kafka_ends_with_a_stack_trace_ours_has_one_line()
    {
        using TemporaryDirectory directory = new();
        DamagedLogs logs = new(directory.FullName);
        foreach (string file in logs.Fatal().Append(logs.IndexBeyondTheEnd()))
        {
            await Both.SameAsync("--print-data-log", "--files", file);
        }
    }

    [Theory]
    [InlineData("--nope")]
    [InlineData("--files a.log --files=b.log")]
    [InlineData("-files x.nope,,, rest")]
    [InlineData("--files x.log")]
    [InlineData("--files")]
    public async Task Options_are_read_the_same(string arguments) => await Both.SameAsync(arguments.Split(' '));
}
