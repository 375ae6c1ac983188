using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Samsa.UnitTests.Client.Diagnostics;

/// <summary>Keeps every log line. Entered from any thread.</summary>
internal sealed class LogLines : ILoggerFactory
{
    private readonly ConcurrentQueue<(string Category, LogLevel Level, string Text)> _all = new();

    public IReadOnlyCollection<(string Category, LogLevel Level, string Text)> All => _all;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Logger(LogLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines._all.Enqueue((category, logLevel, formatter(state, exception)));
    }
}
