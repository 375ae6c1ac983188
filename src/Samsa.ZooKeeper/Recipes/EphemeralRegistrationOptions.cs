using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Recipes;

/// <summary>How an <see cref="EphemeralRegistration"/> makes its node.</summary>
public sealed record EphemeralRegistrationOptions
{
    /// <summary>Who may do what with the node; everybody everything unless given.</summary>
    public IReadOnlyList<Acl>? Acl { get; init; }

    /// <summary>
    /// Makes the node empty and sets its data in the same transaction, so that its data version begins with 1: as Apache Kafka
    /// registers brokers.
    /// </summary>
    public bool SetsDataAfterwards { get; init; }

    /// <summary>What to do with a node that another session owns; <see cref="EphemeralConflict.Wait"/> unless given.</summary>
    public Func<NodeData, EphemeralConflict>? OnConflict { get; init; }

    /// <summary>
    /// Is told each time the node was made, in this session or a later one, with its state: <see cref="Stat.Czxid"/> differs
    /// from time to time. Must be quick.
    /// </summary>
    public Action<Stat>? OnRegistered { get; init; }
}
