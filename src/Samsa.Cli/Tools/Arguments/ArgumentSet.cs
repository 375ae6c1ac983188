using System.Globalization;

namespace Samsa.Cli.Tools.Arguments;

/// <summary>
/// The arguments and commands that a tool, or a command of it, declares. The methods add one each and return it; the tool keeps it
/// in a field and asks <see cref="ParsedArguments"/> with it. Built once, then only read.
/// </summary>
internal sealed class ArgumentSet
{
    private readonly List<Argument> _arguments = [];
    private readonly List<ArgumentSet> _commands = [];

    /// <summary>A tool.</summary>
    /// <param name="name">The name that usage and messages show.</param>
    /// <param name="description">What it does, for the help; "" for nothing.</param>
    public ArgumentSet(string name, string description)
        : this(name, description, "", null)
    {
    }

    private ArgumentSet(string name, string description, string summary, ArgumentSet? parent)
    {
        Name = name;
        Description = description;
        Summary = summary;
        Parent = parent;
        HelpFlag = Add(new Argument(["-h", "--help"], "show this help message and exit"));
    }

    /// <summary>The name of the tool or command.</summary>
    public string Name { get; }

    /// <summary>What the help says below the usage.</summary>
    public string Description { get; }

    /// <summary>What the tool's help says about the command.</summary>
    public string Summary { get; }

    /// <summary>The tool of a command; null for the tool itself.</summary>
    public ArgumentSet? Parent { get; }

    /// <summary>The tool.</summary>
    public ArgumentSet Root => Parent?.Root ?? this;

    /// <summary><c>-h</c>, <c>--help</c>.</summary>
    public Argument HelpFlag { get; }

    /// <summary>The arguments, in the order of their declaration.</summary>
    public IReadOnlyList<Argument> Arguments => _arguments;

    /// <summary>The commands, one of which has to follow.</summary>
    public IReadOnlyList<ArgumentSet> Commands => _commands;

    /// <summary>The title of the commands' part of the help, with what stands for them; null for all their names among the positional arguments.</summary>
    public (string Title, string Placeholder)? CommandsPart { get; init; }

    /// <summary>The help tells the defaults.</summary>
    public bool ShowsDefaults { get; init; }

    /// <summary>Adds a command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="summary">What the tool's help says about it.</param>
    /// <param name="description">What its own help says below the usage.</param>
    public ArgumentSet Command(string name, string summary, string description = "")
    {
        var command = new ArgumentSet(name, description, summary, this) { ShowsDefaults = ShowsDefaults };
        _commands.Add(command);
        return command;
    }

    /// <summary>A switch.</summary>
    public Argument Flag(string names, string help, ArgumentGroup? group = null) =>
        Add(new Argument(names.Split(','), help) { Group = group, DefaultText = "false" });

    /// <summary>An argument with a text.</summary>
    /// <param name="names">Names with dashes, separated by commas.</param>
    /// <param name="help">The text of the help.</param>
    /// <param name="placeholder">What stands for the value; null for the first name in capitals.</param>
    /// <param name="defaultValue">What holds without it.</param>
    /// <param name="required">Whether it may be missing.</param>
    /// <param name="group">The group it belongs to.</param>
    /// <param name="kind">How many values follow.</param>
    /// <param name="choices">The values that are allowed; none for all.</param>
    public Argument<string> Text(
        string names,
        string help,
        string? placeholder = null,
        string? defaultValue = null,
        bool required = false,
        ArgumentGroup? group = null,
        ArgumentKind kind = ArgumentKind.One,
        params string[] choices) =>
        Typed(names, help, placeholder, defaultValue, defaultValue, required, group, kind, text => (Choice(text, choices), text));

    /// <summary>An argument with a number of 32 bits; the parameters are those of <see cref="Text"/>.</summary>
    public Argument<int?> Integer(
        string names,
        string help,
        string? placeholder = null,
        int? defaultValue = null,
        bool required = false,
        ArgumentGroup? group = null,
        params string[] choices) =>
        Typed<int?>(
            names, help, placeholder, defaultValue, defaultValue?.ToString(CultureInfo.InvariantCulture), required, group, ArgumentKind.One,
            text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
                ? (Choice(text, choices), value)
                : (NoNumber(text, "Integer"), null));

    /// <summary>An argument with a number of 64 bits; the parameters are those of <see cref="Text"/>.</summary>
    public Argument<long?> Long(
        string names,
        string help,
        string? placeholder = null,
        long? defaultValue = null,
        bool required = false,
        ArgumentGroup? group = null) =>
        Typed<long?>(
            names, help, placeholder, defaultValue, defaultValue?.ToString(CultureInfo.InvariantCulture), required, group, ArgumentKind.One,
            text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
                ? (null, value)
                : (NoNumber(text, "Long"), null));

    /// <summary>An argument with a number that may have a fraction; the parameters are those of <see cref="Text"/>.</summary>
    public Argument<double?> Double(
        string names,
        string help,
        string? placeholder = null,
        double? defaultValue = null,
        bool required = false,
        ArgumentGroup? group = null) =>
        Typed<double?>(
            names, help, placeholder, defaultValue, defaultValue?.ToString(CultureInfo.InvariantCulture), required, group, ArgumentKind.One,
            text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                ? (null, value)
                : (NoNumber(text, "Double"), null));

    private static string NoNumber(string text, string type) => $"could not convert '{text}' to {type} (For input string: \"{text}\")";

    private static string? Choice(string text, string[] choices) =>
        choices.Length == 0 || choices.Contains(text) ? null : $"invalid choice: '{text}' (choose from {{{string.Join(',', choices)}}})";

    private Argument<T> Typed<T>(
        string names,
        string help,
        string? placeholder,
        T? defaultValue,
        string? defaultText,
        bool required,
        ArgumentGroup? group,
        ArgumentKind kind,
        Func<string, (string? Fault, T? Value)> read)
    {
        string[] all = names.Split(',');
        string first = all.FirstOrDefault(n => n.StartsWith("--", StringComparison.Ordinal)) ?? all[0];
        return Add(new Argument<T>(all, help, read)
        {
            Kind = kind,
            Placeholder = placeholder ?? first.TrimStart('-').Replace('-', '_').ToUpperInvariant(),
            Default = defaultValue,
            DefaultText = defaultText,
            IsRequired = required,
            Group = group,
        });
    }

    private TArgument Add<TArgument>(TArgument argument) where TArgument : Argument
    {
        _arguments.Add(argument);
        return argument;
    }
}
