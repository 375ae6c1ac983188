namespace Samsa.Client;

/// <summary>Which records of transactions a reader sees (<c>isolation.level</c>).</summary>
public enum IsolationLevel
{
    /// <summary>All records, those of open and aborted transactions too.</summary>
    ReadUncommitted = 0,

    /// <summary>Only records below the last stable offset, without those of aborted transactions.</summary>
    ReadCommitted = 1,
}
