namespace Samsa.Broker.Api.Fetching;

/// <summary>The broker's own bounds on fetches.</summary>
/// <param name="MaxBytes"><c>fetch.max.bytes</c>: the bytes of one answer at most.</param>
public sealed record FetchLimits(int MaxBytes);
