namespace Samsa.Broker.Metrics;

/// <summary>Kafka's <c>socket-server-metrics</c> of one listener. Any thread may count.</summary>
public sealed class ListenerMetrics
{
    internal ListenerMetrics(string name) => Name = name;

    /// <summary>The name of the listener, such as <c>PLAINTEXT</c>.</summary>
    public string Name { get; }

    /// <summary>Connections accepted.</summary>
    public Counter ConnectionsCreated { get; } = new();

    /// <summary>Connections closed, by whichever side.</summary>
    public Counter ConnectionsClosed { get; } = new();

    /// <summary>Connections closed because they were idle (<c>connections.max.idle.ms</c>).</summary>
    public Counter ConnectionsExpired { get; } = new();

    /// <summary>Requests read.</summary>
    public Counter Requests { get; } = new();

    /// <summary>Answers written.</summary>
    public Counter Responses { get; } = new();

    /// <summary>Bytes read, length prefixes included.</summary>
    public Counter IncomingBytes { get; } = new();

    /// <summary>Bytes written, length prefixes included.</summary>
    public Counter OutgoingBytes { get; } = new();

    /// <summary>Connections that are open now.</summary>
    public long OpenConnections => ConnectionsCreated.Value - ConnectionsClosed.Value;
}
