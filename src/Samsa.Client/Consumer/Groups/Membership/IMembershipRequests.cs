namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>Carries out what a membership wants done in one of the group protocols. Entered from any thread.</summary>
internal interface IMembershipRequests
{
    /// <summary>Does it, and reports the outcome as an event; what the coordinator or the network refuses is an outcome.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled; there is no outcome.</exception>
    Task RunAsync(MembershipEffect effect, Action<MembershipEvent> report, CancellationToken cancellation);

    /// <summary>Tells the assignor what the member got, before the partitions are used.</summary>
    void Announce(CallerRound round);
}
