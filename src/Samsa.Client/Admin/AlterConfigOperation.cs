namespace Samsa.Client.Admin;

/// <summary>What to do with a setting (KIP-339); the numbers are the wire's.</summary>
public enum AlterConfigOperation
{
    /// <summary>Give it a value.</summary>
    Set = 0,

    /// <summary>Go back to the default.</summary>
    Delete = 1,

    /// <summary>Add to a list.</summary>
    Append = 2,

    /// <summary>Take from a list.</summary>
    Subtract = 3,
}
