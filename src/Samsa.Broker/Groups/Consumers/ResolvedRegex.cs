namespace Samsa.Broker.Groups.Consumers;

/// <summary>The topics that a regular expression matched.</summary>
/// <param name="Topics">Their names.</param>
/// <param name="Version">The version of the metadata in which they were looked up; it means nothing to another run of a broker.</param>
/// <param name="Timestamp">When, in ms since 1970.</param>
internal sealed record ResolvedRegex(IReadOnlySet<string> Topics, long Version, long Timestamp);
