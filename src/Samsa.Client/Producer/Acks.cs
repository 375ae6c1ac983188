namespace Samsa.Client.Producer;

/// <summary>When a record counts as delivered (<c>acks</c>).</summary>
public enum Acks
{
    /// <summary>When all replicas in sync have it (<c>all</c>, <c>-1</c>).</summary>
    All = -1,

    /// <summary>When it was handed to the socket; no broker answers, offsets stay unknown (<c>0</c>).</summary>
    None = 0,

    /// <summary>When the leader has it (<c>1</c>).</summary>
    Leader = 1,
}
