namespace Samsa.Broker.Metadata;

/// <summary>The producer ids from <paramref name="First"/> to <paramref name="First"/> + <paramref name="Length"/> - 1.</summary>
public readonly record struct ProducerIdBlock(long First, int Length);
