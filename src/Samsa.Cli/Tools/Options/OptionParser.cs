namespace Samsa.Cli.Tools.Options;

/// <summary>
/// Reads a command line by the rules of most of Kafka's tools (those of joptsimple without abbreviations, measured on 3.9.2):
/// <c>--name value</c>, <c>--name=value</c>, one dash as good as two, clusters of one-letter switches, <c>--</c> ends the
/// options, an argument may look like an option where one is due, and what is left over is kept and ignored.
/// </summary>
internal static class OptionParser
{
    /// <exception cref="OptionException">An option is unknown, lacks its argument, or is missing.</exception>
    public static ParsedOptions Parse(OptionSet options, ReadOnlySpan<string> arguments)
    {
        var parsed = new ParsedOptions { Arguments = arguments.ToArray() };
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (argument == "--")
            {
                for (i++; i < arguments.Length; i++)
                    parsed.AddOther(arguments[i]);
            }
            else if (!LooksLikeOption(argument))
            {
                parsed.AddOther(argument);
            }
            else
            {
                Read(options, parsed, arguments, ref i);
            }
        }

        string missing = string.Join(", ", options.All.Where(o => o.IsRequired && !parsed.Has(o)).Select(o => o.Label));
        return missing.Length == 0 ? parsed : throw new OptionException($"Missing required option(s) [{missing}]");
    }

    private static bool LooksLikeOption(string argument) => argument.Length > 1 && argument[0] == '-' && argument != "--";

    private static void Read(OptionSet options, ParsedOptions parsed, ReadOnlySpan<string> arguments, ref int at)
    {
        string argument = arguments[at];
        bool isLong = argument.StartsWith("--", StringComparison.Ordinal);
        string text = argument[(isLong ? 2 : 1)..];
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string name = equals < 0 ? text : text[..equals];
        string? value = equals < 0 ? null : text[(equals + 1)..];
        if (options.Find(name) is { } option)
            Take(option, value, parsed, arguments, ref at);
        else if (isLong)
            throw Unknown(name);
        else
            ReadCluster(options, text, parsed, arguments, ref at);
    }

    /// <summary>One-letter options after a single dash; the first that takes an argument takes the rest of the letters.</summary>
    private static void ReadCluster(OptionSet options, string letters, ParsedOptions parsed, ReadOnlySpan<string> arguments, ref int at)
    {
        foreach (char letter in letters)
        {
            Option option = options.Find(letter.ToString()) ?? throw Unknown(letter.ToString());
            if (option.Argument != OptionArgument.None)
                break;
        }

        for (int i = 0; i < letters.Length; i++)
        {
            Option option = options.Find(letters[i].ToString())!;
            bool takesRest = option.Argument != OptionArgument.None && i + 1 < letters.Length;
            Take(option, takesRest ? letters[(i + 1)..] : null, parsed, arguments, ref at);
            if (takesRest)
                return;
        }
    }

    private static void Take(Option option, string? value, ParsedOptions parsed, ReadOnlySpan<string> arguments, ref int at)
    {
        if (option.Argument == OptionArgument.None)
        {
            // A switch ignores what is assigned to it.
            parsed.Add(option, null);
        }
        else if (value is not null)
        {
            parsed.Add(option, value);
        }
        else if (at + 1 < arguments.Length && (option.Argument == OptionArgument.Required || MayBelongTo(option, arguments[at + 1])))
        {
            parsed.Add(option, arguments[++at]);
        }
        else if (option.Argument == OptionArgument.Optional)
        {
            parsed.Add(option, null);
        }
        else
        {
            throw new OptionException($"Option {option.Label} requires an argument");
        }
    }

    private static bool MayBelongTo(Option option, string argument) =>
        option.Accepts(argument) && (option.IsNumber || !(LooksLikeOption(argument) || argument == "--"));

    private static OptionException Unknown(string name) => new($"{name} is not a recognized option");
}
