using Microsoft.Extensions.Logging;

namespace Samsa.Server.Logging;

/// <summary>The logger of one room. Stateless apart from its level; any thread may log.</summary>
internal sealed class LineLogger : ILogger
{
    private readonly LineLoggerFactory _lines;
    private readonly string _room;
    private readonly LogLevel _lowest;

    public LineLogger(LineLoggerFactory lines, string room, LogLevel lowest)
    {
        _lines = lines;
        _room = room;
        _lowest = lowest;
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= _lowest && logLevel != LogLevel.None;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            _lines.Write(logLevel, _room, formatter(state, exception), exception);
    }
}
