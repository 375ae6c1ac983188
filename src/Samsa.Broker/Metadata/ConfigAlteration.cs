namespace Samsa.Broker.Metadata;

/// <summary>
/// Changes to one resource. With <paramref name="ReplaceAll"/> (the old AlterConfigs) all changes are sets, and what they do not
/// name goes back to its default.
/// </summary>
public sealed record ConfigAlteration(ConfigResourceType Type, string Name, IReadOnlyList<ConfigChange> Changes, bool ReplaceAll = false);
