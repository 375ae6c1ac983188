using System.Globalization;

namespace Samsa.Cli.Tools.Arguments;

/// <summary>
/// Reads a command line by the rules of those of Kafka's tools that have commands and usage lines (argparse4j's, measured on 3.9.2):
/// <c>--name value</c>, <c>--name=value</c>, <c>-nvalue</c>, long names may be shortened while they are unique, a value does not start
/// with a dash unless it is a number.
/// </summary>
internal static class ArgumentParser
{
    /// <summary>Reads the arguments; null when help was asked for, of the set in <paramref name="helpFor"/>.</summary>
    /// <exception cref="ArgumentMistake">They are refused.</exception>
    public static ParsedArguments? Parse(ArgumentSet tool, ReadOnlySpan<string> arguments, out ArgumentSet helpFor)
    {
        var parsed = new ParsedArguments();
        var current = tool;
        bool optionsEnded = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            helpFor = current;
            if (argument == "--" && !optionsEnded)
            {
                optionsEnded = true;
            }
            else if (!optionsEnded && IsName(argument))
            {
                if (ReadNamed(current, parsed, arguments, ref i) == current.HelpFlag)
                    return null;
            }
            else if (current.Commands.Count > 0)
            {
                current = parsed.Command = current.Commands.FirstOrDefault(c => c.Name == argument)
                    ?? throw new ArgumentMistake(
                        current, $"invalid choice: '{argument}' (choose from {string.Join(", ", current.Commands.Select(c => $"'{c.Name}'"))})");
            }
            else
            {
                throw new ArgumentMistake(current, $"unrecognized arguments: '{argument}'");
            }
        }

        helpFor = current;
        if (current.Commands.Count > 0)
            throw new ArgumentMistake(current, "too few arguments");
        for (var set = current; set is not null; set = set.Parent)
            CheckRequired(set, parsed);
        return parsed;
    }

    private static bool IsName(string argument) =>
        argument.Length > 1 && argument[0] == '-'
        && !double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static Argument ReadNamed(ArgumentSet set, ParsedArguments parsed, ReadOnlySpan<string> arguments, ref int at)
    {
        string text = arguments[at];
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? text : text[..equals];
        string? value = equals < 0 ? null : text[(equals + 1)..];
        if (Find(set, name) is not { } argument)
        {
            // A short name with its value, or several switches.
            argument = set.Arguments.FirstOrDefault(a => a.Names.Contains(text[..2]))
                ?? throw new ArgumentMistake(set, $"unrecognized arguments: '{text}'");
            if (argument.Kind == ArgumentKind.Flag)
            {
                Take(set, argument, parsed);
                string[] rest = [.. arguments];
                rest[at] = "-" + text[2..];
                return argument == set.HelpFlag ? argument : ReadNamed(set, parsed, rest, ref at);
            }

            value = text[2..];
        }

        var values = Take(set, argument, parsed);
        if (argument.Kind == ArgumentKind.Flag)
            return argument;
        int before = values.Count;
        if (value is not null)
        {
            values.Add(value);
        }
        else
        {
            while (at + 1 < arguments.Length && !IsName(arguments[at + 1]) && (argument.Kind == ArgumentKind.Many || values.Count == before))
                values.Add(arguments[++at]);
        }

        if (values.Count == before)
            throw new ArgumentMistake(set, $"argument {argument.Label}: expected {(argument.Kind == ArgumentKind.Many ? "at least one" : "one")} argument");
        foreach (string added in values.Skip(before))
            argument.Check(set, added);
        return argument;
    }

    private static Argument? Find(ArgumentSet set, string name)
    {
        if (set.Arguments.FirstOrDefault(a => a.Names.Contains(name)) is { } exact)
            return exact;
        if (!name.StartsWith("--", StringComparison.Ordinal))
            return null;
        var near = set.Arguments.Where(a => !a.IsHidden).SelectMany(a => a.Names.Select(n => (Name: n, Argument: a)))
            .Where(n => n.Name.StartsWith(name, StringComparison.Ordinal)).OrderBy(n => n.Name, StringComparer.Ordinal).ToList();
        return near.Count <= 1
            ? near.FirstOrDefault().Argument
            : throw new ArgumentMistake(set, $"ambiguous option: {name} could match {string.Join(", ", near.Select(n => n.Name))}");
    }

    private static List<string> Take(ArgumentSet set, Argument argument, ParsedArguments parsed)
    {
        var other = argument.Group is { IsExclusive: true } group
            ? set.Arguments.FirstOrDefault(a => a != argument && a.Group == group && parsed.Has(a))
            : null;
        return other is null
            ? parsed.Add(argument)
            : throw new ArgumentMistake(set, $"argument {argument.Label}: not allowed with argument {other.Label}");
    }

    private static void CheckRequired(ArgumentSet set, ParsedArguments parsed)
    {
        // The last one, as in Kafka.
        if (set.Arguments.LastOrDefault(a => a.IsRequired && !parsed.Has(a)) is { } missing)
            throw new ArgumentMistake(set, $"argument {missing.Label} is required");
        foreach (var group in set.Arguments.Select(a => a.Group).OfType<ArgumentGroup>().Where(g => g.IsRequired).Distinct())
        {
            var members = set.Arguments.Where(a => a.Group == group).ToList();
            if (!members.Exists(parsed.Has))
                throw new ArgumentMistake(set, $"one of the arguments {string.Join(' ', members.Where(a => !a.IsHidden).Select(a => a.Label))} is required");
        }
    }
}
