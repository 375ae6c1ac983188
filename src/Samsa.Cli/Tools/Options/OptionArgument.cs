namespace Samsa.Cli.Tools.Options;

/// <summary>Whether an option is followed by an argument.</summary>
internal enum OptionArgument
{
    /// <summary>Never: the option is a switch.</summary>
    None,

    /// <summary>Always.</summary>
    Required,

    /// <summary>Only when what follows does not look like an option.</summary>
    Optional,
}
