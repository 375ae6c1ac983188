using Microsoft.Extensions.Logging;
using Samsa.Broker.Api;
using Samsa.Protocol;

namespace Samsa.Broker.Network;

/// <summary>
/// The network's lines in the log. What peers can provoke at will is limited to a few lines a second, and the next line says
/// how many were left out.
/// Owns the counters of that limit; any thread enters; lives as long as the server; never fails.
/// </summary>
internal sealed partial class ConnectionLog(ILogger logger, TimeProvider time)
{
    private const int LinesPerSecond = 5;

    private readonly Lock _gate = new();
    private long _second;
    private int _lines;
    private long _leftOut;

    /// <summary>The peer sent something that is no Kafka request, or none that is served.</summary>
    public void PeerBrokeProtocol(ConnectionInfo connection, string what)
    {
        if (MayWrite(out var leftOut))
        {
            PeerBrokeProtocolLine(logger, connection.Id, connection.RemoteEndPoint, connection.ListenerName, what, leftOut);
        }
    }

    /// <summary>A handler closed the connection because the protocol has no other answer.</summary>
    public void HandlerClosed(ConnectionInfo connection, string why)
    {
        if (MayWrite(out var leftOut))
        {
            HandlerClosedLine(logger, connection.Id, connection.RemoteEndPoint, connection.ListenerName, why, leftOut);
        }
    }

    /// <summary>A connection was refused by a limit.</summary>
    public void Refused(string listenerName, System.Net.EndPoint? remote, string why)
    {
        if (MayWrite(out var leftOut))
        {
            RefusedLine(logger, remote, listenerName, why, leftOut);
        }
    }

    /// <summary>The connection broke, as connections do.</summary>
    public void TransportFailed(ConnectionInfo connection, string what) =>
        TransportFailedLine(logger, connection.Id, connection.RemoteEndPoint, connection.ListenerName, what);

    /// <summary>The connection was idle for too long.</summary>
    public void Expired(ConnectionInfo connection) =>
        ExpiredLine(logger, connection.Id, connection.RemoteEndPoint, connection.ListenerName);

    /// <summary>An incomplete request kept memory from others for too long.</summary>
    public void Stalled(ConnectionInfo connection)
    {
        if (MayWrite(out var leftOut))
        {
            StalledLine(logger, connection.Id, connection.RemoteEndPoint, connection.ListenerName, leftOut);
        }
    }

    /// <summary>The connection is one too many since the limit was lowered.</summary>
    public void Excess(ConnectionInfo connection) =>
        ExcessLine(logger, connection.Id, connection.RemoteEndPoint, connection.ListenerName);

    /// <summary>A handler failed in a way that it should have handled.</summary>
    public void HandlerFailed(ConnectionInfo connection, ApiKey key, short version, Exception e) =>
        HandlerFailedLine(logger, e, key, version, connection.Id, connection.RemoteEndPoint, connection.ListenerName);

    /// <summary>The connection failed in a way that nobody expected.</summary>
    public void Failed(ConnectionInfo connection, Exception e) =>
        FailedLine(logger, e, connection.Id, connection.RemoteEndPoint, connection.ListenerName);

    /// <summary>Accepting failed and is tried again.</summary>
    public void AcceptFailed(string listenerName, string what)
    {
        if (MayWrite(out var leftOut))
        {
            AcceptFailedLine(logger, listenerName, what, leftOut);
        }
    }

    /// <summary>Connections were cut at the end of the shutdown's time.</summary>
    public void CutAtShutdown(int connections) => CutAtShutdownLine(logger, connections);

    private bool MayWrite(out long leftOut)
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        lock (_gate)
        {
            if (second != _second)
            {
                _second = second;
                _lines = 0;
            }

            if (_lines == LinesPerSecond)
            {
                _leftOut++;
                leftOut = 0;
                return false;
            }

            _lines++;
            leftOut = _leftOut;
            _leftOut = 0;
            return true;
        }
    }

    [LoggerMessage(1001, LogLevel.Warning, "Connection {Id} of {Remote} on {Listener} is closed: {What}. ({LeftOut} like lines were left out.)")]
    private static partial void PeerBrokeProtocolLine(ILogger logger, long id, System.Net.EndPoint? remote, string listener, string what, long leftOut);

    [LoggerMessage(1002, LogLevel.Information, "Connection {Id} of {Remote} on {Listener} is closed by its handler: {Why} ({LeftOut} like lines were left out.)")]
    private static partial void HandlerClosedLine(ILogger logger, long id, System.Net.EndPoint? remote, string listener, string why, long leftOut);

    [LoggerMessage(1003, LogLevel.Warning, "A connection of {Remote} on {Listener} is refused: {Why}. ({LeftOut} like lines were left out.)")]
    private static partial void RefusedLine(ILogger logger, System.Net.EndPoint? remote, string listener, string why, long leftOut);

    [LoggerMessage(1004, LogLevel.Debug, "Connection {Id} of {Remote} on {Listener} broke: {What}")]
    private static partial void TransportFailedLine(ILogger logger, long id, System.Net.EndPoint? remote, string listener, string what);

    [LoggerMessage(1005, LogLevel.Information, "Connection {Id} of {Remote} on {Listener} is closed: idle for longer than connections.max.idle.ms.")]
    private static partial void ExpiredLine(ILogger logger, long id, System.Net.EndPoint? remote, string listener);

    [LoggerMessage(1006, LogLevel.Error, "The handler of {Key} v{Version} failed; connection {Id} of {Remote} on {Listener} is closed.")]
    private static partial void HandlerFailedLine(ILogger logger, Exception e, ApiKey key, short version, long id, System.Net.EndPoint? remote, string listener);

    [LoggerMessage(1007, LogLevel.Error, "Connection {Id} of {Remote} on {Listener} failed and is closed.")]
    private static partial void FailedLine(ILogger logger, Exception e, long id, System.Net.EndPoint? remote, string listener);

    [LoggerMessage(1008, LogLevel.Error, "Accepting on {Listener} failed and is tried again: {What} ({LeftOut} like lines were left out.)")]
    private static partial void AcceptFailedLine(ILogger logger, string listener, string what, long leftOut);

    [LoggerMessage(1009, LogLevel.Warning, "{Connections} connections still had unanswered requests at the end of the shutdown's time and were cut.")]
    private static partial void CutAtShutdownLine(ILogger logger, int connections);

    [LoggerMessage(1010, LogLevel.Warning, "Connection {Id} of {Remote} on {Listener} is closed: its request does not arrive, and others wait for the memory that it holds (queued.max.request.bytes). ({LeftOut} like lines were left out.)")]
    private static partial void StalledLine(ILogger logger, long id, System.Net.EndPoint? remote, string listener, long leftOut);

    [LoggerMessage(1011, LogLevel.Information, "Connection {Id} of {Remote} on {Listener} is closed: max.connections was lowered.")]
    private static partial void ExcessLine(ILogger logger, long id, System.Net.EndPoint? remote, string listener);
}
