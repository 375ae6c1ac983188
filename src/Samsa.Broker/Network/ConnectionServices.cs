namespace Samsa.Broker.Network;

/// <summary>What all connections of a server share.</summary>
internal sealed record ConnectionServices(SocketServerOptions Options, RequestMemory Memory, ConnectionLog Log, TimeProvider Time);
