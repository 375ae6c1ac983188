namespace Samsa.Cli.Tools.Options;

/// <summary>An option with an argument of a type.</summary>
internal sealed class Option<T>(string[] names, string description, Func<string, (bool IsValid, T Value)> read)
    : Option(names, description)
{
    /// <summary>What holds where the command line does not say; null (or the type's own default) when nothing does.</summary>
    public T? Default { get; init; }

    public override bool Accepts(string text) => read(text).IsValid;

    /// <summary>The value of an argument.</summary>
    /// <exception cref="OptionException">It is none.</exception>
    public T Read(string text) =>
        read(text) is (true, var value) ? value : throw new OptionException($"Cannot parse argument '{text}' of option {Label}");
}
