namespace Samsa.Protocol.Messages;

/// <summary>The kinds of node that serve an API.</summary>
[Flags]
public enum ApiListeners
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A broker in ZooKeeper mode.</summary>
    ZkBroker = 1,

    /// <summary>A broker in KRaft mode.</summary>
    Broker = 2,

    /// <summary>A KRaft controller.</summary>
    Controller = 4,
}
