namespace Samsa.Broker.Groups.Consumers;

/// <summary>Where a consumer group stands. The names are those of Kafka's answers.</summary>
internal enum ConsumerGroupState
{
    /// <summary>No members; perhaps offsets.</summary>
    Empty,

    /// <summary>The target assignment is of an older epoch than the group.</summary>
    Assigning,

    /// <summary>Some members are on their way to the target assignment.</summary>
    Reconciling,

    /// <summary>Every member has what it shall have.</summary>
    Stable,

    /// <summary>Deleted.</summary>
    Dead,
}
