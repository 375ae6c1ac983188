namespace Samsa.Cli.Tools.DumpLog;

/// <summary>What does not fit together, collected over all files and told at the end on standard error. One thread.</summary>
internal sealed class DumpProblems
{
    private readonly Dictionary<string, List<string>> _indexMismatches = [];
    private readonly Dictionary<string, List<string>> _timestampMismatches = [];
    private readonly Dictionary<string, List<string>> _timestampsOutOfOrder = [];
    private readonly Dictionary<string, List<string>> _offsetsNotFound = [];
    private readonly Dictionary<string, List<string>> _gaps = [];

    /// <summary>An index leads to a batch that ends with another offset.</summary>
    public void AddIndexMismatch(string path, long indexOffset, long logOffset) =>
        Add(_indexMismatches, path, $"  Index offset: {indexOffset}, log offset: {logOffset}");

    /// <summary>A time index has another time than the batch.</summary>
    public void AddTimestampMismatch(string path, long indexTimestamp, long logTimestamp) =>
        Add(_timestampMismatches, path, $"  Index timestamp: {indexTimestamp}, log timestamp: {logTimestamp}");

    /// <summary>A time index goes back in time.</summary>
    public void AddTimestampOutOfOrder(string path, long indexTimestamp, long previous) =>
        Add(_timestampsOutOfOrder, path, $"  Index timestamp: {indexTimestamp}, Previously indexed timestamp: {previous}");

    /// <summary>No batch ends with an offset of a time index.</summary>
    public void AddOffsetNotFound(string path, long indexOffset, long logOffset) =>
        Add(_offsetsNotFound, path, $"Indexed offset: {indexOffset}, found log offset: {logOffset}");

    /// <summary>An offset is not followed by the next.</summary>
    public void AddGap(string path, long first, long second) => Add(_gaps, path, $"  {first} is followed by {second}");

    /// <summary>Tells everything, in Kafka's order and words.</summary>
    public void Print(ToolConsole console, KafkaRelease release)
    {
        Print(console, _indexMismatches, path => $"Mismatches in :{path}", newestFirst: true);
        Print(console, _timestampMismatches, path => $"Found timestamp mismatch in :{path}");
        Print(console, _timestampsOutOfOrder, path => $"Found out of order timestamp in :{path}");
        Print(console, _offsetsNotFound, path => release == KafkaRelease.V39
            ? "The following indexed offsets are not found in the log."
            : $"The following indexed offsets are not found in :{path}");
        Print(console, _gaps, path => $"Non-consecutive offsets in {path}", newestFirst: true);
    }

    private static void Print(
        ToolConsole console, Dictionary<string, List<string>> problems, Func<string, string> head, bool newestFirst = false)
    {
        foreach (var (path, lines) in problems)
        {
            console.Error(head(path));
            foreach (string line in newestFirst ? Enumerable.Reverse(lines) : lines)
                console.Error(line);
        }
    }

    private static void Add(Dictionary<string, List<string>> problems, string path, string line)
    {
        if (!problems.TryGetValue(path, out var lines))
            problems.Add(path, lines = []);
        lines.Add(line);
    }
}
