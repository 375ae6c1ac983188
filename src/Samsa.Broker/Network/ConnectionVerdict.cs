namespace Samsa.Broker.Network;

/// <summary>What <see cref="ConnectionLimits"/> say of a new connection.</summary>
internal enum ConnectionVerdict
{
    /// <summary>It is counted and may be served.</summary>
    Welcome,

    /// <summary><c>max.connections</c> is reached: it waits until another one closes.</summary>
    NoRoom,

    /// <summary><c>max.connections.per.ip</c> or an override is reached: it is closed.</summary>
    AddressIsFull,
}
