namespace Samsa.ZooKeeper.Operations;

/// <summary>The result of an operation that tells nothing but that it succeeded.</summary>
public readonly record struct None;
