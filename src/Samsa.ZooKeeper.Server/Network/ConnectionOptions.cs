namespace Samsa.ZooKeeper.Server.Network;

/// <summary>What connections obey. Names in the comments are ZooKeeper's keys.</summary>
internal sealed record ConnectionOptions
{
    /// <summary><c>jute.maxbuffer</c>: the longest frame in bytes.</summary>
    internal int MaxBuffer { get; init; } = 0xFFFFF;

    /// <summary><c>maxClientCnxns</c>: connections from one address; 0 for any number.</summary>
    internal int MaxClientConnections { get; init; } = 60;

    /// <summary><c>maxCnxns</c>: connections in all; 0 for any number.</summary>
    internal int MaxConnections { get; init; }

    /// <summary><c>4lw.commands.whitelist</c>: the words that are answered; <c>*</c> for all.</summary>
    internal IReadOnlyList<string> Words { get; init; } = ["srvr"];

    /// <summary><c>cnxnTimeout</c>: how long a connection may be without a session, before it has one and after it is over.</summary>
    internal TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>globalOutstandingLimit</c>, here for each connection: requests under way before no more are read.</summary>
    internal int OutstandingLimit { get; init; } = 1000;

    /// <summary>The same in bytes of the requests.</summary>
    internal long OutstandingBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>About how many bytes of answers may wait for a client that does not read, before no more of its requests are read.</summary>
    internal long UnsentBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Frames that may wait for a client that does not read, before an event more ends its connection.</summary>
    internal int EventLimit { get; init; } = 100_000;
}
