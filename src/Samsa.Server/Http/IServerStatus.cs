using Samsa.Broker.Metrics;

namespace Samsa.Server.Http;

/// <summary>What the HTTP pages show of a server. Read from any thread.</summary>
internal interface IServerStatus
{
    /// <summary>Where the server is in its life.</summary>
    ServerState State { get; }

    /// <summary>Why a running server cannot serve, in a few words; null when it can.</summary>
    string? Trouble { get; }

    /// <summary>The broker's metrics; null while there is no broker.</summary>
    BrokerMetrics? Metrics { get; }
}
