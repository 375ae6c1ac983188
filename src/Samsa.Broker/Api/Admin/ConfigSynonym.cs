using Samsa.Broker.Configuration;

namespace Samsa.Broker.Api.Admin;

/// <summary>A value that counts, or would count if those before it were not there.</summary>
internal readonly record struct ConfigSynonym(string Name, string? Value, ConfigSource Source);
