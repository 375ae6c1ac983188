namespace Samsa.Client.Consumer.Groups.Assignors.Sticky;

/// <summary>What the sticky algorithms come to.</summary>
/// <param name="Lists">The partitions of each member.</param>
/// <param name="Moving">Partitions that go from one member to another, and to whom; null where that was not watched.</param>
internal readonly record struct StickyAssignment(List<int>[] Lists, Dictionary<int, int>? Moving);
