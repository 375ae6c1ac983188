namespace Samsa.Fuzz.Engine;

/// <summary>A broken promise with the smallest input that was found to break it.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="Key">What makes it different from other findings.</param>
/// <param name="Description">What happened.</param>
/// <param name="Input">The input.</param>
public sealed record Finding(string Target, string Key, string Description, byte[] Input);
