namespace Samsa.Broker.Metadata;

/// <summary>What to do with a value (KIP-339). The numbers are those on the wire.</summary>
public enum ConfigOperation : sbyte
{
    /// <summary>Set it.</summary>
    Set = 0,

    /// <summary>Go back to the default.</summary>
    Delete = 1,

    /// <summary>Add the elements to the list; those that are in it already are left alone.</summary>
    Append = 2,

    /// <summary>Take the elements out of the list.</summary>
    Subtract = 3,
}
