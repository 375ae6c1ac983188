namespace Samsa.Broker.Network.Linux;

/// <summary>The kernel's EPOLL flags that are used here.</summary>
[Flags]
internal enum EpollEvents : uint
{
    Readable = 0x1,
    Writable = 0x4,
    Failed = 0x8,
    Closed = 0x10,
    PeerEnded = 0x2000,

    /// <summary>EPOLLET: an event for every change, not for a state that lasts.</summary>
    OnChange = 0x80000000,
}
