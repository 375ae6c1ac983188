namespace Samsa.Cli.Tools.Arguments;

/// <summary>How many values follow an argument's name.</summary>
internal enum ArgumentKind
{
    /// <summary>None: it is a switch.</summary>
    Flag,

    /// <summary>One.</summary>
    One,

    /// <summary>One or more, up to the next name; may be repeated.</summary>
    Many,

    /// <summary>One each time; may be repeated.</summary>
    Repeated,
}
