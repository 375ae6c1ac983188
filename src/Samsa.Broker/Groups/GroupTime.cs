namespace Samsa.Broker.Groups;

/// <summary>When an event happened: deadlines are measured by a clock that nobody sets, records carry the time of day.</summary>
/// <param name="Monotonic">Milliseconds of a clock that only goes forward.</param>
/// <param name="Timestamp">Milliseconds since 1970.</param>
internal readonly record struct GroupTime(long Monotonic, long Timestamp);
