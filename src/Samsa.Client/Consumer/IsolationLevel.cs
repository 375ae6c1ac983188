namespace Samsa.Client.Consumer;

/// <summary>Whether records of open and aborted transactions are seen (<c>isolation.level</c>, KIP-98).</summary>
public enum IsolationLevel
{
    /// <summary>All records.</summary>
    ReadUncommitted = 0,

    /// <summary>Only records of committed transactions, and those outside of transactions.</summary>
    ReadCommitted = 1,
}
