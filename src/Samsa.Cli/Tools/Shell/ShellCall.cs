using System.Globalization;

namespace Samsa.Cli.Tools.Shell;

/// <summary>The options and arguments of one command. Words and mistakes are those of Apache's shell.</summary>
internal sealed class ShellCall
{
    private readonly Dictionary<string, string?> _options = new(StringComparer.Ordinal);
    private readonly List<string> _arguments = [];

    private ShellCall(ShellCommand command) => Command = command;

    public ShellCommand Command { get; }

    /// <summary>What is left beside the options.</summary>
    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>The first argument, which almost always is one.</summary>
    public string Path => _arguments[0];

    /// <summary>Reads the words after the command.</summary>
    /// <exception cref="ShellException">An option is unknown or lacks its value, or there are too few arguments.</exception>
    public static ShellCall Parse(ShellCommand command, IReadOnlyList<string> words)
    {
        var call = new ShellCall(command);
        bool onlyArguments = false;
        for (int i = 1; i < words.Count; i++)
        {
            string word = words[i];
            if (onlyArguments || word.Length < 2 || word[0] != '-')
            {
                call._arguments.Add(word);
                continue;
            }

            if (word == "--")
            {
                onlyArguments = true;
                continue;
            }

            string name = word.TrimStart('-');
            if (command.Flags.Contains(name, StringComparer.Ordinal))
                call._options[name] = null;
            else if (!command.Values.Contains(name, StringComparer.Ordinal))
                throw new ShellException($"org.apache.commons.cli.UnrecognizedOptionException: Unrecognized option: {word}");
            else if (i + 1 == words.Count)
                throw new ShellException($"org.apache.commons.cli.MissingArgumentException: Missing argument for option: {name}");
            else
                call._options[name] = words[++i];
        }

        return call._arguments.Count >= command.LeastArguments ? call : throw new ShellException($"{command.Name} {command.Usage}".TrimEnd());
    }

    public bool Has(string option) => _options.ContainsKey(option);

    public string? Value(string option) => _options.GetValueOrDefault(option);

    /// <summary>A number; <paramref name="otherwise"/> where the option is not there.</summary>
    /// <exception cref="ShellException">It is none.</exception>
    public long Number(string option, long otherwise)
    {
        if (Value(option) is not { } text)
            return otherwise;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new ShellException($"-{option}: \"{text}\" is not a number");
    }

    /// <summary>The version that a node must have; -1 for any.</summary>
    /// <exception cref="ShellException">It is no version.</exception>
    public int Version() => Number("v", -1) is >= int.MinValue and <= int.MaxValue and var version
        ? (int)version
        : throw new ShellException($"-v: \"{Value("v")}\" is not a version");
}
