namespace Samsa.UnitTests.Cli.DumpLog;

/// <summary>A run of Apache Kafka's tool in the test data: what was asked, and what it answered.</summary>
internal sealed record DumpLogSample(string[] Arguments, int ExitCode, string Output, string Errors)
{
    private const string More = "(… ";

    /// <summary>True when only the beginning of the output was kept.</summary>
    public bool IsCut => Output.Contains("\n" + More, StringComparison.Ordinal);

    /// <summary>The output as far as it was kept.</summary>
    public string KeptOutput => IsCut ? Output[..(Output.IndexOf("\n" + More, StringComparison.Ordinal) + 1)] : Output;

    /// <summary>Reads the samples of a release.</summary>
    public static IReadOnlyList<DumpLogSample> Read(string file)
    {
        List<DumpLogSample> samples = [];
        foreach (string block in File.ReadAllText(file).Split("$ kafka-dump-log ", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = block.TrimEnd('\n').Split('\n');
            int output = Array.IndexOf(lines, "--- stdout");
            int errors = Array.IndexOf(lines, "--- stderr");
            samples.Add(new DumpLogSample(
                lines[0].Split(' '),
                int.Parse(lines[1]["exit ".Length..], System.Globalization.CultureInfo.InvariantCulture),
                Text(output < 0 ? [] : lines[(output + 1)..(errors < 0 ? lines.Length : errors)]),
                Text(errors < 0 ? [] : lines[(errors + 1)..])));
        }

        return samples;
    }

    private static string Text(string[] lines) => string.Concat(lines.Select(line => line + "\n"));
}
