namespace Samsa.Client.Admin;

/// <summary>One of the places that say what a setting's value is.</summary>
/// <param name="Name">The key in that place; a broker's differs from the topic's (<c>log.retention.ms</c>, <c>retention.ms</c>).</param>
/// <param name="Value">The value there, null when it is a secret.</param>
/// <param name="Source">The place.</param>
public sealed record ConfigSynonym(string Name, string? Value, ConfigSource Source);
