using Microsoft.Extensions.Logging;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>
/// Prints a client's warnings and errors as lines on standard error, as Kafka's tools do. The client's threads enter; lines come one at a
/// time through <paramref name="write"/>. Lives with the tool.
/// </summary>
internal sealed class ClientLog(Action<string> write) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("A tool's log has one place to go.");

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        string text = formatter(state, exception) + (exception is null ? "" : ": " + exception.Message);
        write($"{(logLevel == LogLevel.Warning ? "WARN" : "ERROR")} {text.ReplaceLineEndings(" ")}");
    }

    public void Dispose()
    {
    }
}
