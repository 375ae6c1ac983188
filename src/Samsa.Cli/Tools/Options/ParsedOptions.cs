namespace Samsa.Cli.Tools.Options;

/// <summary>What a command line says. Values are read when they are asked for, as in Kafka's tools.</summary>
internal sealed class ParsedOptions
{
    private readonly Dictionary<Option, List<string>> _arguments = [];
    private readonly List<string> _others = [];

    /// <summary>The whole command line, as it was given.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The arguments that belong to no option.</summary>
    public IReadOnlyList<string> Others => _others;

    /// <summary>True when the command line names the option.</summary>
    public bool Has(Option option) => _arguments.ContainsKey(option);

    /// <summary>True when the command line gives the option an argument.</summary>
    public bool HasArgument(Option option) => _arguments.TryGetValue(option, out var texts) && texts.Count > 0;

    /// <summary>The one value, or the default.</summary>
    /// <exception cref="OptionException">There are several, or it has the wrong type.</exception>
    public T? Value<T>(Option<T> option)
    {
        if (!_arguments.TryGetValue(option, out var texts) || texts.Count == 0)
            return option.Default;
        return texts.Count == 1
            ? option.Read(texts[0])
            : throw new OptionException($"Found multiple arguments for option {option.Label}, but you asked for only one");
    }

    /// <summary>All values, in their order; the default, if there is one, where the command line has none.</summary>
    /// <exception cref="OptionException">One has the wrong type.</exception>
    public IReadOnlyList<T> Values<T>(Option<T> option)
    {
        if (_arguments.TryGetValue(option, out var texts) && texts.Count > 0)
            return [.. texts.Select(option.Read)];
        return option is { DefaultText: not null, Default: { } value } ? [value] : [];
    }

    internal void Add(Option option, string? argument)
    {
        if (!_arguments.TryGetValue(option, out var texts))
            _arguments.Add(option, texts = []);
        if (argument is not null)
            texts.Add(argument);
    }

    internal void AddOther(string argument) => _others.Add(argument);
}
