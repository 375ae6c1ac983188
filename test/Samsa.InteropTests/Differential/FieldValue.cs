namespace Samsa.InteropTests.Differential;

/// <summary>One field of a decoded answer: where it is, and its value as text.</summary>
internal sealed record FieldValue(string Path, string Value);
