namespace Samsa.Cli.Tools.Arguments;

/// <summary>One named argument of a tool as it is declared.</summary>
internal class Argument(string[] names, string help)
{
    /// <summary>All names with their dashes, in the order of their declaration.</summary>
    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>The text of the help.</summary>
    public string Help { get; } = help;

    /// <summary>How many values follow.</summary>
    public ArgumentKind Kind { get; init; }

    /// <summary>What stands for a value in usage and help.</summary>
    public string Placeholder { get; init; } = names[0].TrimStart('-').Replace('-', '_').ToUpperInvariant();

    /// <summary>The command line is refused without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The group it belongs to; null for none.</summary>
    public ArgumentGroup? Group { get; init; }

    /// <summary>It is understood, and neither usage nor help nor messages tell of it: it belongs to another release.</summary>
    public bool IsHidden { get; set; }

    /// <summary>The default as the help shows it; null when there is none.</summary>
    public string? DefaultText { get; init; }

    /// <summary>How messages call it.</summary>
    public string Label => string.Join('/', Names);

    /// <summary>The first name, as usage shows it, with what follows it.</summary>
    public string Usage => WithValue(Names[0]);

    /// <summary>All names, as help shows them.</summary>
    public string HelpNames => string.Join(", ", Names.Select(WithValue));

    /// <summary>Refuses a value of the wrong type.</summary>
    /// <exception cref="ArgumentMistake">It has the wrong type.</exception>
    public virtual void Check(ArgumentSet owner, string text)
    {
    }

    private string WithValue(string name) => Kind switch
    {
        ArgumentKind.Flag => name,
        ArgumentKind.Many => $"{name} {Placeholder} [{Placeholder} ...]",
        _ => $"{name} {Placeholder}",
    };
}
