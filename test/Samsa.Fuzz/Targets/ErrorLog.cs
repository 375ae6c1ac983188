using Microsoft.Extensions.Logging;

namespace Samsa.Fuzz.Targets;

/// <summary>Keeps the lines that say that something failed that should not. Any thread writes.</summary>
internal sealed class ErrorLog : ILoggerFactory, ILogger
{
    private readonly Lock _lock = new();
    private (string Text, Exception? Cause)? _first;

    /// <summary>The first line since the last call, null when there was none.</summary>
    public (string Text, Exception? Cause)? Take()
    {
        lock (_lock)
        {
            var first = _first;
            _first = null;
            return first;
        }
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        lock (_lock)
        {
            _first ??= (formatter(state, exception), exception);
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
