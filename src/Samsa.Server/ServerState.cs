namespace Samsa.Server;

/// <summary>Where a server is in its life. The numbers are those of Kafka's <c>BrokerState</c> metric.</summary>
public enum ServerState
{
    /// <summary>Not started, or stopped.</summary>
    NotRunning = 0,

    /// <summary>Reading logs and opening listeners.</summary>
    Starting = 1,

    /// <summary>Serving clients.</summary>
    Running = 3,

    /// <summary>Finishing what was acknowledged.</summary>
    ShuttingDown = 7,
}
