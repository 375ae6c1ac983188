using Samsa.Cli.Tools.Top;
using Xunit;

namespace Samsa.UnitTests.Cli.Top;

/// <summary>How the table looks, on a terminal and as plain text.</summary>
public sealed class TopPicturesTests
{
    private static readonly TopRow Busy = new()
    {
        Topic = "orders [eu]",
        Partitions = 3,
        Leaders = [1, 2],
        EndOffset = 1234567,
        RecordsPerSecond = 12345.6,
        BytesPerSecond = 4_200_000,
        Size = 987_654_321,
    };

    private static readonly TopRow Broken = new() { Topic = "payments", Partitions = 1, Leaders = [-1] };

    [Fact]
    public void A_terminal_shows_short_numbers_and_names_as_they_are()
    {
        using var output = new FixedConsole(90, 24);

        Draw(output, new TopView([Busy, Broken]), byPartition: false);

        Assert.Equal("samsa top localhost:9092: topics 2, partitions 4, 12.3k records/s, 4.2MB/s, every 1.5 s", output.Lines[0]);
        Assert.Equal(["TOPIC", "PARTITIONS", "LEADERS", "RECORDS/S", "BYTES/S", "RECORDS", "BYTES"], Cells(output.Lines[2]));
        Assert.Equal(["orders [eu]", "3", "1,2", "12.3k", "4.2M", "1234567", "987.7M"], Cells(output.Lines[4]));
        Assert.Equal(["payments", "1", "none", "-", "-", "-", "-"], Cells(output.Lines[5]));
        Assert.All(output.Lines, line => Assert.InRange(line.Length, 1, 90));
    }

    [Fact]
    public void A_terminal_that_is_too_low_says_how_much_is_missing()
    {
        using var output = new FixedConsole(80, 10);

        Draw(output, new TopView([.. Enumerable.Range(0, 20).Select(i => Broken with { Topic = $"t{i}" })], "nobody answers"), byPartition: false);

        Assert.Equal(3, output.Lines.Count(line => line.StartsWith("│ t", StringComparison.Ordinal)));
        Assert.Equal(["and 17 more", "nobody answers"], output.Lines[^2..]);
        Assert.InRange(output.Lines.Length, 1, 10);
    }

    [Fact]
    public async Task Plain_text_has_whole_numbers_in_columns()
    {
        using var text = new StringWriter { NewLine = "\n" };

        await TopText.WriteAsync(text, new TopView([Busy with { Topic = "orders", Partition = 10, Leaders = [2] }, Broken with { Partition = 0 }]), byPartition: true);

        Assert.Equal(
            """
            TOPIC    PARTITION LEADER RECORDS/S BYTES/S END-OFFSET BYTES
            orders   10        2      12346     4200000 1234567    987654321
            payments 0         none   -         -       -          -

            """.ReplaceLineEndings("\n"),
            text.ToString());
    }

    private static void Draw(FixedConsole output, TopView view, bool byPartition)
    {
        var console = output.Open();
        console.Write(new TopScreen(console, "localhost:9092", byPartition).Draw(view, TimeSpan.FromMilliseconds(1500)));
    }

    private static string[] Cells(string line) => [.. line.Split('│', StringSplitOptions.RemoveEmptyEntries).Select(cell => cell.Trim())];
}
