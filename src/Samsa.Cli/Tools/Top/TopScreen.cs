using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Samsa.Cli.Tools.Top;

/// <summary>
/// The table on a terminal, drawn anew with every look, as many lines as the terminal has. Owns nothing: the console is lent. One caller. The
/// only part of the tools that knows Spectre.Console, so that no other tool loads it (docs/decisions/0036-samsa-top.md).
/// </summary>
internal sealed class TopScreen(IAnsiConsole console, string servers, bool byPartition)
{
    private const int LinesAround = 7;
    private const double Step = 1000;

    private static readonly string[] Units = ["", "k", "M", "G", "T", "P"];

    /// <summary>The terminal of this process.</summary>
    public static TopScreen OfProcess(string servers, bool byPartition) =>
        new(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) }), servers, byPartition);

    /// <summary>Shows every look until it is cancelled; the last one stays on the terminal.</summary>
    public Task RunAsync(TopWatch watch, CancellationToken cancellation) =>
        console.Live(Draw(new TopView([]), watch.Interval)).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
        {
            while (true)
            {
                live.UpdateTarget(Draw(await watch.TryLookAsync(cancellation), watch.Interval));
                await watch.WaitAsync(cancellation);
            }
        });

    /// <summary>One picture.</summary>
    public IRenderable Draw(TopView view, TimeSpan interval)
    {
        var table = new Table().Border(TableBorder.Rounded).Expand();
        foreach (string column in TopText.Columns(byPartition))
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))).Alignment(column == "TOPIC" ? Justify.Left : Justify.Right).NoWrap());
        int room = Math.Max(1, console.Profile.Height - LinesAround);
        foreach (var row in view.Rows.Take(room))
            table.AddRow(Cells(row));

        List<IRenderable> parts = [new Text(OneLine(Title(view, interval))), table];
        if (view.Rows.Count > room)
            parts.Add(new Text(string.Create(CultureInfo.InvariantCulture, $"and {view.Rows.Count - room} more")));
        if (view.Problem is { } problem)
            parts.Add(new Text(OneLine(problem), new Style(foreground: Color.Red)));
        return new Rows(parts);
    }

    // A line that wraps would push the last ones off the terminal.
    private string OneLine(string text) => text.Length <= console.Profile.Width ? text : string.Concat(text.AsSpan(0, console.Profile.Width - 1), "…");

    private string Title(TopView view, TimeSpan interval) => string.Create(
        CultureInfo.InvariantCulture,
        $"samsa top {servers}: topics {view.Rows.Select(row => row.Topic).Distinct().Count()}, partitions {view.Rows.Sum(row => row.Partitions)}, "
        + $"{Short(view.Rows.Sum(row => row.RecordsPerSecond ?? 0))} records/s, {Short(view.Rows.Sum(row => row.BytesPerSecond ?? 0))}B/s, every {interval.TotalSeconds} s");

    // Texts, not markup: a name may have brackets.
    private static Text[] Cells(TopRow row)
    {
        var busy = row.RecordsPerSecond > 0 ? new Style(foreground: Color.Green) : Style.Plain;
        var leaders = row.Leaders.Contains(-1) ? new Style(foreground: Color.Red) : Style.Plain;
        return
        [
            new Text(row.Topic, busy),
            new Text((row.Partition ?? row.Partitions).ToString(CultureInfo.InvariantCulture)),
            new Text(TopText.Leaders(row), leaders),
            new Text(Short(row.RecordsPerSecond), busy),
            new Text(Short(row.BytesPerSecond), busy),
            new Text(row.EndOffset?.ToString(CultureInfo.InvariantCulture) ?? "-"),
            new Text(Short(row.Size)),
        ];
    }

    // Four digits at most, so that the columns stand still: 0, 9.5, 12.3k, 4.1M.
    private static string Short(double? number)
    {
        if (number is not { } value)
            return "-";
        int unit = 0;
        for (; value >= Step && unit < Units.Length - 1; unit++)
            value /= Step;
        return value.ToString(unit == 0 && value == Math.Floor(value) ? "F0" : "F1", CultureInfo.InvariantCulture) + Units[unit];
    }
}
