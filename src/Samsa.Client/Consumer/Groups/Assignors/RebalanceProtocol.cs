namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>What the members of a classic group do with their partitions when a rebalance begins (KIP-429).</summary>
public enum RebalanceProtocol
{
    /// <summary>Every member gives up all of its partitions before it joins.</summary>
    Eager = 0,

    /// <summary>A member keeps its partitions, and gives up only those that the new assignment leaves out.</summary>
    Cooperative = 1,
}
