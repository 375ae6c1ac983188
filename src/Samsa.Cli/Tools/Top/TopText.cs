using System.Globalization;

namespace Samsa.Cli.Tools.Top;

/// <summary>The table as plain text: columns as wide as what is in them, whole numbers, a dash for what is not known.</summary>
internal static class TopText
{
    private static readonly string[] TopicColumns = ["TOPIC", "PARTITIONS", "LEADERS", "RECORDS/S", "BYTES/S", "RECORDS", "BYTES"];
    private static readonly string[] PartitionColumns = ["TOPIC", "PARTITION", "LEADER", "RECORDS/S", "BYTES/S", "END-OFFSET", "BYTES"];

    /// <summary>The heads of the columns.</summary>
    public static IReadOnlyList<string> Columns(bool byPartition) => byPartition ? PartitionColumns : TopicColumns;

    /// <summary>Writes head and lines.</summary>
    public static async Task WriteAsync(TextWriter output, TopView view, bool byPartition)
    {
        List<string[]> lines = [[.. Columns(byPartition)], .. view.Rows.Select(Cells)];
        int[] widths = [.. Enumerable.Range(0, TopicColumns.Length).Select(column => lines.Max(line => line[column].Length))];
        foreach (string[] line in lines)
            await output.WriteLineAsync(string.Join(' ', line.Select((cell, column) => column == widths.Length - 1 ? cell : cell.PadRight(widths[column]))));
    }

    /// <summary>The brokers that lead; "none" where nobody does.</summary>
    public static string Leaders(TopRow row) =>
        string.Join(',', row.Leaders.Select(leader => leader < 0 ? "none" : leader.ToString(CultureInfo.InvariantCulture)));

    private static string[] Cells(TopRow row) =>
    [
        row.Topic,
        (row.Partition ?? row.Partitions).ToString(CultureInfo.InvariantCulture),
        Leaders(row),
        Whole(row.RecordsPerSecond),
        Whole(row.BytesPerSecond),
        Whole(row.EndOffset),
        Whole(row.Size),
    ];

    private static string Whole(double? value) => value?.ToString("F0", CultureInfo.InvariantCulture) ?? "-";
}
