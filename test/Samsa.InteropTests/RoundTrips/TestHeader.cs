namespace Samsa.InteropTests.RoundTrips;

/// <summary>A header; its value may be null, and names may repeat.</summary>
internal sealed record TestHeader(string Name, byte[]? Value);
