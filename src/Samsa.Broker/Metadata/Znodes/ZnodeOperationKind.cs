namespace Samsa.Broker.Metadata.Znodes;

/// <summary>What one operation does to a node.</summary>
internal enum ZnodeOperationKind
{
    /// <summary>Demands a data version.</summary>
    Check,

    /// <summary>Makes a node that stays.</summary>
    Create,

    /// <summary>Makes a node that goes with the session.</summary>
    CreateEphemeral,

    /// <summary>Makes a node that stays, and adds a rising number to its name.</summary>
    CreateSequential,

    /// <summary>Sets the data.</summary>
    Set,

    /// <summary>Deletes the node.</summary>
    Delete,
}
