using System.Text;

namespace Samsa.Cli.Tools.Options;

/// <summary>
/// The table that <c>--help</c> prints, as Kafka's tools lay it out (joptsimple's): 80 columns, two between the columns, options in
/// the order of the alphabet, continued lines indented by two, every line filled up with blanks.
/// </summary>
internal static class OptionTable
{
    private const int Width = 80;
    private const int Gap = 2;
    private const int WidestOption = (Width - Gap) / 2;

    /// <summary>The table of the options that a release has.</summary>
    public static string Format(OptionSet options, KafkaRelease release)
    {
        var shown = options.All.Where(o => o.Since <= release && release <= o.Until).OrderBy(o => o.Name, StringComparer.Ordinal).ToList();
        string head = shown.Exists(o => o.IsRequired) ? "Option (* = required)" : "Option";
        List<(string Option, string Description)> rows =
        [
            (head, "Description"),
            (new string('-', head.Length), "-----------"),
            .. shown.Select(o => (OptionColumn(o), DescriptionColumn(o))),
        ];

        int optionWidth = Math.Min(WidestOption, rows.Max(r => r.Option.Length));
        int descriptionWidth = Math.Min(Width - Gap - optionWidth, rows.Max(r => r.Description.Length));
        var fitted = rows.SelectMany(r => Fit(Wrap(r.Option, optionWidth), Wrap(r.Description, descriptionWidth))).ToList();

        // What was wrapped may be narrower than the limit.
        optionWidth = Math.Min(WidestOption, fitted.Max(r => r.Option.Length));
        descriptionWidth = Math.Min(Width - Gap - optionWidth, fitted.Max(r => r.Description.Length));
        var text = new StringBuilder();
        foreach (var (option, description) in fitted)
            text.Append(option.PadRight(optionWidth)).Append(' ', Gap).Append(description.PadRight(descriptionWidth)).Append('\n');
        return text.ToString();
    }

    private static string OptionColumn(Option option)
    {
        string text = (option.IsRequired ? "* " : "") + string.Join(", ", option.Names.Select(n => (n.Length > 1 ? "--" : "-") + n));
        string argument = option.ArgumentName.Length == 0 ? option.TypeName : $"{option.TypeName}: {option.ArgumentName}";
        return option.Argument switch
        {
            OptionArgument.Required => $"{text} <{argument}>",
            OptionArgument.Optional => $"{text} [{argument}]",
            _ => text,
        };
    }

    private static string DescriptionColumn(Option option) =>
        option.DefaultText is null ? option.Description : $"{option.Description} (default: {option.DefaultText})".Trim();

    private static IEnumerable<(string Option, string Description)> Fit(List<string> option, List<string> description)
    {
        for (int i = 0; i < Math.Max(option.Count, description.Count); i++)
            yield return (option.ElementAtOrDefault(i) ?? "", description.ElementAtOrDefault(i) ?? "");
    }

    private static List<string> Wrap(string text, int width)
    {
        List<string> lines = [];
        foreach (string line in text.Trim().Split('\n'))
        {
            string current = "";
            for (int start = 0, end; start < line.Length; start = end)
            {
                end = LineBreaks.EndOfPiece(line, start);
                if (current.Length + end - start > width)
                {
                    lines.Add(current.TrimEnd());
                    current = "  ";
                }

                current += line[start..end];
            }

            if (current.Length > 0)
                lines.Add(current);
        }

        return lines;
    }
}
