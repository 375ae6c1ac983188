namespace Samsa.Cli.Tools.Arguments;

/// <summary>A named argument whose values have a type.</summary>
/// <param name="names">Its names.</param>
/// <param name="help">The text of the help.</param>
/// <param name="read">Reads a value; what is wrong with it as a text, or null.</param>
internal sealed class Argument<T>(string[] names, string help, Func<string, (string? Fault, T? Value)> read) : Argument(names, help)
{
    /// <summary>What holds where the command line does not say.</summary>
    public T? Default { get; init; }

    /// <summary>Reads a value that <see cref="Check"/> has let pass.</summary>
    public T Read(string text) => read(text).Value!;

    public override void Check(ArgumentSet owner, string text)
    {
        if (read(text).Fault is { } fault)
            throw new ArgumentMistake(owner, $"argument {Label}: {fault}");
    }
}
