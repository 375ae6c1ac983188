namespace Samsa.Client.Consumer;

/// <summary>Which records wait for each other when they are processed in parallel.</summary>
public enum ProcessingOrder
{
    /// <summary>Records of one partition with the same key: one after the other, in their order. Records without a key wait for none.</summary>
    Key,

    /// <summary>All records of one partition: one after the other, in their order.</summary>
    Partition,

    /// <summary>None.</summary>
    None,
}
