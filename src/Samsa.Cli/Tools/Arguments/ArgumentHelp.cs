using System.Text;

namespace Samsa.Cli.Tools.Arguments;

/// <summary>Usage lines, help pages and messages as Kafka's tools with commands lay them out (argparse4j's).</summary>
internal static class ArgumentHelp
{
    private const int HelpColumn = 25;
    private const int NameIndent = 2;
    private const int CommandIndent = 4;

    // A longer name stands alone on its line (argparse4j; between the 28 columns of one of Kafka's tools and the 32 of another).
    private const int WidestHead = 30;
    private const string UsageWord = "usage: ";

    /// <summary>The usage of a tool or command, with a line feed at the end.</summary>
    public static string Usage(ArgumentSet set)
    {
        string head = $"{UsageWord}{set.Root.Name} ";
        int indent = head.Length > WidestHead ? UsageWord.Length : head.Length;
        var text = indent == head.Length ? new StringBuilder(head) : new StringBuilder(head.TrimEnd()).Append('\n').Append(' ', indent);
        int width = indent;
        bool isFirst = true;
        foreach (string piece in UsagePieces(set))
        {
            if (!isFirst && width + 1 + piece.Length > JustifiedText.Width)
            {
                text.Append('\n').Append(' ', indent);
                width = indent;
                isFirst = true;
            }

            text.Append(isFirst ? "" : " ").Append(piece);
            width += piece.Length + (isFirst ? 0 : 1);
            isFirst = false;
        }

        return text.Append('\n').ToString();
    }

    /// <summary>The usage and a message, for standard error.</summary>
    public static string Mistake(ArgumentMistake mistake)
    {
        // The line feed takes a column, as in Kafka.
        return Usage(mistake.Owner) + string.Join('\n', JustifiedText.Wrap($"{mistake.Owner.Root.Name}: error: {mistake.Message}\n", 0));
    }

    /// <summary>The page of <c>--help</c>.</summary>
    public static string Page(ArgumentSet set)
    {
        var text = new StringBuilder(Usage(set));
        if (set.Description.Length > 0)
            text.Append('\n').AppendJoin('\n', JustifiedText.Wrap(set.Description, 0)).Append('\n');
        if (set.Commands.Count > 0 && set.CommandsPart is null)
            AppendCommands(text, "positional arguments", Names(set), set);
        text.Append("\noptional arguments:\n");
        foreach (var argument in set.Arguments.Where(a => !a.IsHidden && a.Group is not { HasOwnPart: true }))
            AppendArgument(text, set, argument);
        foreach (var group in set.Arguments.Select(a => a.Group).OfType<ArgumentGroup>().Where(g => g.HasOwnPart).Distinct())
        {
            text.Append('\n');
            if (group.Title is not null)
                text.Append(group.Title).Append(":\n");
            if (group.Description is not null)
                text.Append(' ', NameIndent).AppendJoin("\n  ", JustifiedText.Wrap(group.Description, NameIndent)).Append("\n\n");
            foreach (var argument in set.Arguments.Where(a => a.Group == group))
                AppendArgument(text, set, argument);
        }

        if (set.CommandsPart is { } part)
            AppendCommands(text, part.Title, part.Placeholder, set);
        return text.ToString();
    }

    private static string Names(ArgumentSet set) => $"{{{string.Join(',', set.Commands.Select(c => c.Name))}}}";

    private static IEnumerable<string> UsagePieces(ArgumentSet set)
    {
        // What a command is given before its name are the required arguments of its tool.
        if (set.Parent is not null)
        {
            foreach (string piece in ArgumentPieces(set.Parent, a => a.IsRequired || a.Group is { IsRequired: true }))
                yield return piece;
            yield return set.Name;
        }

        foreach (string piece in ArgumentPieces(set, _ => true))
            yield return piece;
        if (set.Commands.Count > 0)
        {
            yield return set.CommandsPart?.Placeholder ?? Names(set);
            yield return "...";
        }
    }

    private static IEnumerable<string> ArgumentPieces(ArgumentSet set, Func<Argument, bool> isShown)
    {
        foreach (var argument in set.Arguments.Where(a => !a.IsHidden && isShown(a) && a.Group is not { IsExclusive: true }))
            yield return argument.IsRequired ? argument.Usage : $"[{argument.Usage}]";
        foreach (var group in set.Arguments.Where(isShown).Select(a => a.Group).OfType<ArgumentGroup>().Where(g => g.IsExclusive).Distinct())
        {
            var members = set.Arguments.Where(a => a.Group == group && !a.IsHidden).ToList();
            bool isAlone = members.Count == 1 && group.IsRequired;
            for (int i = 0; i < members.Count; i++)
            {
                string open = i > 0 || isAlone ? "" : group.IsRequired ? "(" : "[";
                string close = i < members.Count - 1 || isAlone ? "" : group.IsRequired ? ")" : "]";
                yield return open + members[i].Usage + close;
                if (i < members.Count - 1)
                    yield return "|";
            }
        }
    }

    private static void AppendCommands(StringBuilder text, string title, string placeholder, ArgumentSet set)
    {
        text.Append('\n').Append(title).Append(":\n").Append(' ', NameIndent).Append(placeholder).Append('\n');
        foreach (var command in set.Commands)
            AppendRow(text, CommandIndent, command.Name, command.Summary);
    }

    private static void AppendArgument(StringBuilder text, ArgumentSet set, Argument argument)
    {
        string help = set.ShowsDefaults && argument.DefaultText is { } value ? $"{argument.Help} (default: {value})" : argument.Help;
        AppendRow(text, NameIndent, argument.HelpNames, help);
    }

    private static void AppendRow(StringBuilder text, int indent, string name, string help)
    {
        text.Append(' ', indent).Append(name);
        int width = indent + name.Length;
        if (help.Length == 0)
        {
            text.Append('\n');
            return;
        }

        // Two blanks at least lie between a name and its help.
        if (width + 2 > HelpColumn)
        {
            text.Append('\n');
            width = 0;
        }

        bool isFirst = true;
        foreach (string line in JustifiedText.Wrap(help.Trim(), HelpColumn))
        {
            text.Append(' ', isFirst ? HelpColumn - width : HelpColumn).Append(line).Append('\n');
            isFirst = false;
        }
    }
}
