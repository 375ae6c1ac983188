namespace Samsa.InteropTests.Differential;

/// <summary>Calls that need each other, in this order, and none of another chapter.</summary>
internal sealed record ToolChapter(string Name, List<ToolCall> Calls);
