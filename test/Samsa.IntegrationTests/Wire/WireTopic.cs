namespace Samsa.IntegrationTests.Wire;

/// <summary>A topic that a test made.</summary>
public readonly record struct WireTopic(string Name, Guid Id);
