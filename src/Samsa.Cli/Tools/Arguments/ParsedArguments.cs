namespace Samsa.Cli.Tools.Arguments;

/// <summary>What a command line says.</summary>
internal sealed class ParsedArguments
{
    private readonly Dictionary<Argument, List<string>> _values = [];

    /// <summary>The command that was named; null for a tool without commands.</summary>
    public ArgumentSet? Command { get; internal set; }

    /// <summary>True when the command line names the argument.</summary>
    public bool Has(Argument argument) => _values.ContainsKey(argument);

    /// <summary>The last value, or the default.</summary>
    public T? Value<T>(Argument<T> argument) =>
        _values.TryGetValue(argument, out var texts) ? argument.Read(texts[^1]) : argument.Default;

    /// <summary>All values; none where the command line does not name the argument.</summary>
    public IReadOnlyList<T> Values<T>(Argument<T> argument) =>
        _values.TryGetValue(argument, out var texts) ? [.. texts.Select(argument.Read)] : [];

    internal List<string> Add(Argument argument)
    {
        if (!_values.TryGetValue(argument, out var texts))
            _values.Add(argument, texts = []);
        return texts;
    }
}
