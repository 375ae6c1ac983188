namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>A topic as the metadata knows it; <paramref name="Retention"/> stands for its configuration.</summary>
internal sealed record TopicState(Guid Id, int Partitions, string? Retention);
