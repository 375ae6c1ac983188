namespace Samsa.Client.Admin;

/// <summary>A change of one setting.</summary>
/// <param name="Operation">What to do with it.</param>
/// <param name="Name">Kafka's key.</param>
/// <param name="Value">The value; ignored by <see cref="AlterConfigOperation.Delete"/>.</param>
public sealed record ConfigAlteration(AlterConfigOperation Operation, string Name, string? Value = null);
