using Samsa.Broker.Configuration;

namespace Samsa.Broker.Api.Admin;

/// <summary>One configuration value as DescribeConfigs reports it; the value of a sensitive key is null.</summary>
internal sealed record ConfigEntry(
    string Name, string? Value, bool ReadOnly, ConfigSource Source, bool IsSensitive, ConfigType Type, string? Documentation, IReadOnlyList<ConfigSynonym> Synonyms);
