namespace Samsa.Client.Consumer;

/// <summary>What a subscribed consumer does when its partitions change. Every handler may be left out.</summary>
/// <remarks>
/// A handler holds up the rebalance: one that takes longer than <see cref="ConsumerOptions.MaxPollInterval"/> costs the membership.
/// </remarks>
/// <example>
/// <code>
/// consumer.Subscribe(["orders"], new RebalanceListener
/// {
///     Assigned = async (partitions, cancellation) => consumer.Seek(await store.PlacesAsync(partitions, cancellation)),
///     Revoked = (partitions, cancellation) => store.SaveAsync(partitions, cancellation),
/// });
/// </code>
/// </example>
public sealed class RebalanceListener
{
    /// <summary>
    /// After every rebalance, with the partitions that are new to this consumer, perhaps none. They are assigned already, and no record of them was
    /// handed out.
    /// </summary>
    public RebalanceHandler? Assigned { get; init; }

    /// <summary>
    /// Before partitions go to another member, or the consumer leaves the group: they still belong to this one, and their offsets can be committed. What
    /// is committed automatically has been.
    /// </summary>
    public RebalanceHandler? Revoked { get; init; }

    /// <summary>
    /// When partitions were taken away because the group believes this consumer dead; others may be reading them, and offsets can not be committed.
    /// Without it <see cref="Revoked"/> is called.
    /// </summary>
    public RebalanceHandler? Lost { get; init; }
}
