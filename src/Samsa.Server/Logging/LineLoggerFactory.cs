using Microsoft.Extensions.Logging;

namespace Samsa.Server.Logging;

/// <summary>
/// Writes log messages as lines: time in UTC, level, room, message. The room is the last folder of the logger's category, so
/// <c>Samsa.Broker.Network.SocketServer</c> writes as <c>Network</c>.
/// </summary>
/// <remarks>
/// Owns nothing but a lock; the writer stays the caller's. Any thread may log: one short lock per line. Lives as long as the
/// process or the test. An output that cannot be written to is ignored: a broker does not stop for a closed pipe.
/// </remarks>
public sealed class LineLoggerFactory : ILoggerFactory
{
    private readonly Lock _gate = new();
    private readonly TextWriter _output;
    private readonly LogLevels _levels;
    private readonly TimeProvider _time;

    /// <summary>Creates the factory.</summary>
    /// <param name="output">Receives the lines; flushed after each.</param>
    /// <param name="levels">Which messages are shown.</param>
    /// <param name="time">The clock of the lines.</param>
    public LineLoggerFactory(TextWriter output, LogLevels levels, TimeProvider time)
    {
        _output = output;
        _levels = levels;
        _time = time;
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName)
    {
        string room = RoomOf(categoryName);
        return new LineLogger(this, room, _levels.Of(room));
    }

    /// <summary>Not supported: this factory has one output.</summary>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("Lines go to one output only.");

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    internal void Write(LogLevel level, string room, string message, Exception? exception)
    {
        string name = level switch
        {
            LogLevel.Trace => "TRACE",
            LogLevel.Debug => "DEBUG",
            LogLevel.Information => "INFO ",
            LogLevel.Warning => "WARN ",
            _ => "ERROR",
        };

        // An error with an exception is our bug or a broken disk: the stack is wanted. Below that its message is enough.
        string? detail = exception is null ? null
            : level >= LogLevel.Error ? Environment.NewLine + exception
            : $": {exception.Message}";
        string line = $"{_time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {name} {room,-13} {message}{detail}";
        lock (_gate)
        {
            try
            {
                _output.WriteLine(line);
                _output.Flush();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Nobody reads any more.
            }
        }
    }

    private static string RoomOf(string category)
    {
        int name = category.LastIndexOf('.');
        if (name <= 0)
            return category;
        int folder = category.LastIndexOf('.', name - 1);
        return folder < 0 ? category[(name + 1)..] : category[(folder + 1)..name];
    }
}
