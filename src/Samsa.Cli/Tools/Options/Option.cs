namespace Samsa.Cli.Tools.Options;

/// <summary>One option of a tool as it is declared: names, argument, and what the help table says about it.</summary>
internal class Option(string[] names, string description)
{
    /// <summary>All names, without dashes: one-letter names first, each kind in the order of the alphabet.</summary>
    public IReadOnlyList<string> Names { get; } =
        [.. names.OrderBy(n => n.Length > 1).ThenBy(n => n, StringComparer.Ordinal)];

    /// <summary>The text of the help table, without the default.</summary>
    public string Description { get; } = description;

    /// <summary>Whether an argument follows.</summary>
    public OptionArgument Argument { get; init; }

    /// <summary>What the argument is, for the help table; "" for nothing.</summary>
    public string ArgumentName { get; init; } = "";

    /// <summary>The type that the help table shows, by Java's name for it.</summary>
    public string TypeName { get; init; } = "String";

    /// <summary>The default as the help table shows it; null when there is none.</summary>
    public string? DefaultText { get; init; }

    /// <summary>The command line is refused without the option.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The release that brought the option; ours is understood in any case, and shown where it belongs.</summary>
    public KafkaRelease Since { get; init; } = KafkaRelease.V39;

    /// <summary>The last release that had it.</summary>
    public KafkaRelease Until { get; init; } = KafkaRelease.V43;

    /// <summary>The first name, by which the help table is ordered.</summary>
    public string Name => Names[0];

    /// <summary>How messages call it: all names.</summary>
    public string Label => string.Join('/', Names);

    /// <summary>True when a text can be an argument of the option.</summary>
    public virtual bool Accepts(string text) => true;

    /// <summary>True when the argument is a number, which may begin with a dash.</summary>
    public bool IsNumber => TypeName is not "String";
}
