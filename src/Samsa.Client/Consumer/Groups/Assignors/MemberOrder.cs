namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>Static members by their instance ids, then the others by their member ids, so that a restart of a static member changes nothing (KIP-345).</summary>
internal sealed class MemberOrder : IComparer<MemberSubscription>
{
    public static readonly MemberOrder Instance = new();

    public int Compare(MemberSubscription? x, MemberSubscription? y) => (x?.InstanceId, y?.InstanceId) switch
    {
        (null, null) => string.CompareOrdinal(x?.MemberId, y?.MemberId),
        (null, _) => 1,
        (_, null) => -1,
        var (one, other) => string.CompareOrdinal(one, other),
    };

    /// <summary>The numbers of the members in this order.</summary>
    public static int[] Of(AssignmentProblem problem) => [.. problem.MembersByJava.OrderBy(member => problem.Members[member], Instance)];
}
