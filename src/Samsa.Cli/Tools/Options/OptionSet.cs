using System.Globalization;

namespace Samsa.Cli.Tools.Options;

/// <summary>
/// The options that a tool declares. The methods add one each and return it; the tool keeps it in a field and asks
/// <see cref="ParsedOptions"/> with it. Built once, then only read.
/// </summary>
internal sealed class OptionSet
{
    private readonly List<Option> _options = [];
    private readonly Dictionary<string, Option> _byName = new(StringComparer.Ordinal);

    /// <summary>Every option, in the order of their declaration.</summary>
    public IReadOnlyList<Option> All => _options;

    /// <summary>The option with the name, without dashes; null when there is none. Names are never abbreviated.</summary>
    public Option? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A switch.</summary>
    public Option Flag(string name, string description, KafkaRelease since = KafkaRelease.V39, KafkaRelease until = KafkaRelease.V43) =>
        Add(new Option([name], description) { Since = since, Until = until });

    /// <summary>An option with a text.</summary>
    /// <param name="name">The name, or several separated by commas.</param>
    /// <param name="argumentName">What the text is, for the help table; "" for nothing.</param>
    /// <param name="description">The help table's text.</param>
    /// <param name="defaultValue">What holds without it.</param>
    /// <param name="argument">Whether the text may be missing.</param>
    /// <param name="required">Whether the option may be missing.</param>
    /// <param name="since">The release that brought it.</param>
    /// <param name="until">The last release that had it.</param>
    /// <param name="defaultText">How the help table tells the default, where it is not a text of its own.</param>
    public Option<string> Text(
        string name,
        string argumentName,
        string description,
        string? defaultValue = null,
        OptionArgument argument = OptionArgument.Required,
        bool required = false,
        KafkaRelease since = KafkaRelease.V39,
        KafkaRelease until = KafkaRelease.V43,
        string? defaultText = null) =>
        Add(new Option<string>(name.Split(','), description, text => (true, text))
        {
            ArgumentName = argumentName,
            Argument = argument,
            Default = defaultValue,
            DefaultText = defaultText ?? defaultValue,
            IsRequired = required,
            Since = since,
            Until = until,
        });

    /// <summary>An option with a number of 32 bits; the parameters are those of <see cref="Text"/>.</summary>
    public Option<int> Integer(
        string name,
        string argumentName,
        string description,
        int? defaultValue = null,
        bool required = false,
        KafkaRelease since = KafkaRelease.V39,
        KafkaRelease until = KafkaRelease.V43,
        OptionArgument argument = OptionArgument.Required) =>
        Add(new Option<int>(name.Split(','), description, text => (TryInteger(text, out int value), value))
        {
            ArgumentName = argumentName,
            Argument = argument,
            TypeName = "Integer",
            Default = defaultValue.GetValueOrDefault(),
            DefaultText = defaultValue?.ToString(CultureInfo.InvariantCulture),
            IsRequired = required,
            Since = since,
            Until = until,
        });

    /// <summary>An option with a number of 64 bits; the parameters are those of <see cref="Text"/>.</summary>
    public Option<long> Long(
        string name,
        string argumentName,
        string description,
        long? defaultValue = null,
        bool required = false,
        KafkaRelease since = KafkaRelease.V39,
        KafkaRelease until = KafkaRelease.V43,
        OptionArgument argument = OptionArgument.Required) =>
        Add(new Option<long>(name.Split(','), description, text => (TryLong(text, out long value), value))
        {
            ArgumentName = argumentName,
            Argument = argument,
            TypeName = "Long",
            Default = defaultValue.GetValueOrDefault(),
            DefaultText = defaultValue?.ToString(CultureInfo.InvariantCulture),
            IsRequired = required,
            Since = since,
            Until = until,
        });

    /// <summary>An option that is made elsewhere.</summary>
    public TOption Add<TOption>(TOption option) where TOption : Option
    {
        foreach (string name in option.Names)
            _byName.Add(name, option);
        _options.Add(option);
        return option;
    }

    private static bool TryInteger(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryLong(string text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
