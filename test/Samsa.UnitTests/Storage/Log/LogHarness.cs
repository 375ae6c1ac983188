using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Producers;
using Samsa.UnitTests.Storage.Files;

namespace Samsa.UnitTests.Storage.Log;

/// <summary>A log on a disk in memory with a clock and a scheduler in the test's hands.</summary>
internal sealed class LogHarness : IDisposable
{
    public const string Directory = "/data/t-0";
    public const string MarkerValue = "(marker)";
    public const long StartTime = 1_795_220_000_000;

    private PartitionLog? _log;

    public MemoryFileSystem Files { get; } = new();

    public ManualClock Clock { get; } = new(StartTime);

    public ManualScheduler Scheduler { get; } = new();

    public LogConfig Config { get; set; } = LogConfig.Default;

    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>What <c>cleaner-offset-checkpoint</c> says when the log is opened.</summary>
    public long CompactedTo { get; set; }

    public PartitionLog Log => _log ??= Open(clean: true);

    public PartitionLog Open(bool clean, long recoveryPoint = 0, long logStartOffset = 0)
    {
        _log = PartitionLog.Open(new PartitionLogOptions
        {
            Directory = Directory,
            TopicPartition = new TopicPartition("t", 0),
            Config = Config,
            Clock = Clock,
            FileSystem = Files,
            Logger = Logger,
            Scheduler = Scheduler,
            Producers = new ProducerStateOptions { FileSystem = Files, Logger = Logger },
            RecoveryPoint = recoveryPoint,
            LogStartOffset = logStartOffset,
            CompactedTo = CompactedTo,
            CleanShutdown = clean,
        });
        return _log;
    }

    /// <summary>A clean stop and a start.</summary>
    public PartitionLog Reopen()
    {
        var (recoveryPoint, start) = (Log.RecoveryPoint, Log.LogStartOffset);
        Log.Close();
        return Open(clean: true, recoveryPoint, start);
    }

    public LogAppendResult Append(byte[] batch, int leaderEpoch = 0, AppendOrigin origin = AppendOrigin.Client) =>
        Log.Append(batch, leaderEpoch, origin);

    public LogAppendResult AppendValues(params string[] values) => Append(Batch(Clock.Now, values));

    public byte[] ReadFile(string name) => Files.ReadAllBytes($"{Directory}/{name}");

    public string[] FileNames() => [.. Files.ListFiles(Directory).Select(path => Path.GetFileName(path)!)];

    public void Dispose() => _log?.Dispose();

    public static byte[] Batch(long timestamp, params string[] values) => Batch(new RecordBatchOptions(), timestamp, values);

    public static byte[] Batch(in RecordBatchOptions options, long timestamp, params string[] values)
    {
        using var builder = new RecordBatchBuilder(options);
        foreach (var value in values)
        {
            builder.Append(timestamp++, default, System.Text.Encoding.UTF8.GetBytes(value));
        }

        return builder.Build().ToArray();
    }

    /// <summary>The values that a read at an offset gives, oldest first, whole batches only.</summary>
    public List<(long Offset, string Value)> Read(long offset, long? upTo = null, int maxBytes = int.MaxValue)
    {
        var records = new List<(long, string)>();
        var result = Log.Read(offset, maxBytes, upTo ?? Log.LogEndOffset, minOneMessage: true);
        if (result.Error != ErrorCode.None)
        {
            throw new InvalidOperationException($"Read at {offset}: {result.Error}");
        }

        using var region = result.Region;
        if (region is null)
        {
            return records;
        }

        var bytes = new byte[region.Length];
        region.CopyTo(0, bytes);
        foreach (var batch in new RecordBatchEnumerator(bytes))
        {
            foreach (var record in new RecordEnumerator(batch.Bytes))
            {
                if (record.Offset >= offset)
                {
                    records.Add((record.Offset, batch.Header.IsControl ? MarkerValue : System.Text.Encoding.UTF8.GetString(record.Value.Span)));
                }
            }
        }

        return records;
    }

    /// <summary>Everything from the log start offset to the end, read as a consumer does.</summary>
    public List<(long Offset, string Value)> ReadAll(int maxBytes = int.MaxValue)
    {
        var records = new List<(long Offset, string Value)>();
        var offset = Log.LogStartOffset;
        while (Read(offset, maxBytes: maxBytes) is { Count: > 0 } found)
        {
            records.AddRange(found);
            offset = found[^1].Offset + 1;
        }

        return records;
    }
}
