using System.Text;
using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Directories;
using Samsa.UnitTests.Storage.Files;
using Samsa.UnitTests.Storage.Log;

namespace Samsa.UnitTests.Storage.Directories;

/// <summary>Log directories on a disk in memory, with the clock in the test's hands.</summary>
internal sealed class LogManagerHarness
{
    public const string First = "/data/a";
    public const string Second = "/data/b";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public MemoryFileSystem Files { get; } = new();

    public ManualTimeProvider Clock { get; } = new();

    public RecordingLogger Logger { get; } = new();

    public static TopicPartition Partition(int number, string topic = "t") => new(topic, number);

    public LogManagerOptions Options(params string[] directories) => new()
    {
        Directories = directories.Length == 0 ? [First] : directories,
        BrokerId = 0,
        ClusterId = "cluster",
        Clock = Clock,
        FileSystem = Files,
        Logger = Logger,
    };

    public Task<LogManager> OpenAsync(params string[] directories) => OpenAsync(Options(directories));

    public static Task<LogManager> OpenAsync(LogManagerOptions options) => LogManager.OpenAsync(options).WaitAsync(Patience);

    public static Task CloseAsync(LogManager manager) => manager.CloseAsync().WaitAsync(Patience);

    public LogAppendResult Append(PartitionLog log, params string[] values)
    {
        var result = log.Append(LogHarness.Batch(Clock.Milliseconds, values), leaderEpoch: 0, AppendOrigin.Client);
        log.UpdateHighWatermark(log.LogEndOffset);
        return result;
    }

    public string Text(string path) => Encoding.UTF8.GetString(Files.ReadAllBytes(path));

    /// <summary>What was logged, to be asserted.</summary>
    internal sealed class RecordingLogger : ILogger
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lock)
                {
                    return [.. _lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lock)
            {
                _lines.Add($"{logLevel}: {formatter(state, exception)}");
            }
        }
    }
}
