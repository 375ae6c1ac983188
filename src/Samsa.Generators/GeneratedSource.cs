namespace Samsa.Generators;

/// <summary>A generated source file.</summary>
internal sealed record GeneratedSource(string Name, string Text);
