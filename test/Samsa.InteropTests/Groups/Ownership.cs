using Xunit;

namespace Samsa.InteropTests.Groups;

/// <summary>All that a member owned for a time.</summary>
/// <param name="From">Microseconds since 1970, by the member's clock; all members are on one machine.</param>
/// <param name="To">When that ended; <see cref="long.MaxValue"/> while it lasts.</param>
/// <param name="Partitions">Of the story's topic.</param>
internal sealed record Ownership(long From, long To, IReadOnlyList<int> Partitions)
{
    /// <summary>At no time had a partition two owners, by what the members said.</summary>
    /// <param name="what">For the message.</param>
    /// <param name="members">All members that ever were, by name.</param>
    /// <param name="partitions">How many there are.</param>
    /// <param name="everybodySpeaks">Whether each partition must have had more than one owner by what they said.</param>
    public static void AssertExclusive(string what, IReadOnlyList<(string Name, GroupMember Member)> members, int partitions, bool everybodySpeaks)
    {
        for (var partition = 0; partition < partitions; partition++)
        {
            var owners = members
                .SelectMany((one, index) => one.Member.Ownerships.Where(had => had.Partitions.Contains(partition)).Select(had => (Index: index, one.Name, had.From, had.To)))
                .OrderBy(had => had.From)
                .ToList();
            Assert.True(owners.Count > 1 || !everybodySpeaks, $"{what}: nobody said who owned partition {partition}");
            foreach (var (before, after) in owners.Zip(owners.Skip(1)))
                Assert.True(before.Index == after.Index || before.To <= after.From, $"{what}: partition {partition} had two owners: {before} and {after}");
        }
    }
}
