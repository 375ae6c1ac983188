using Xunit;

namespace Samsa.UnitTests.Cli.DumpLog;

/// <summary>What Apache Kafka's kafka-dump-log printed of files that Apache Kafka wrote, letter by letter.</summary>
public sealed class DumpLogSampleTests
{
    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "TestData");

    public static TheoryData<string, int> Samples =>
        [.. new[] { "3.9", "4.3" }.SelectMany(v => Enumerable.Range(0, Read(v).Count).Select(i => (v, i)))];

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Output_is_that_of_the_sample(string release, int number)
    {
        var sample = Read(release)[number];

        // The samples were made in the folder of the data; here the files are named from the root.
        string[] arguments = [.. sample.Arguments.Select(a => a.Replace("kafka-", Data + "/kafka-", StringComparison.Ordinal))];
        var run = await ToolRun.RunAsync(release, ["dump-log", .. arguments]);

        string output = run.Output.Replace(Data + "/", "", StringComparison.Ordinal);
        Assert.Equal(sample.KeptOutput, sample.IsCut ? output[..sample.KeptOutput.Length] : output);
        Assert.Equal(sample.Errors, run.Errors);
        Assert.Equal(sample.ExitCode, run.ExitCode);
    }

    private static IReadOnlyList<DumpLogSample> Read(string release) =>
        DumpLogSample.Read(Path.Combine(Data, "kafka-dump-log", release + ".txt"));
}
