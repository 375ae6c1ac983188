namespace Samsa.Client.Configuration;

/// <summary>What a client does when it reaches none of the brokers that it knows (<c>metadata.recovery.strategy</c>, KIP-899).</summary>
public enum MetadataRecoveryStrategy
{
    /// <summary>It keeps trying the brokers that it knows.</summary>
    None,

    /// <summary>It starts anew from the bootstrap list.</summary>
    Rebootstrap,
}
