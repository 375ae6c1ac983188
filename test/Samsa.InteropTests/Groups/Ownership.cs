namespace Samsa.InteropTests.Groups;

/// <summary>All that a member owned for a time.</summary>
/// <param name="From">Microseconds since 1970, by the member's clock; all members are on one machine.</param>
/// <param name="To">When that ended; <see cref="long.MaxValue"/> while it lasts.</param>
/// <param name="Partitions">Of the story's topic.</param>
internal sealed record Ownership(long From, long To, IReadOnlyList<int> Partitions);
