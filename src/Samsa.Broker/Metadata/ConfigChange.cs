namespace Samsa.Broker.Metadata;

/// <summary>One value to change.</summary>
public readonly record struct ConfigChange(string Name, ConfigOperation Operation, string? Value);
