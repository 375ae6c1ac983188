using System.Text;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Compaction;
using Samsa.UnitTests.Storage.Log;

namespace Samsa.UnitTests.Storage.Compaction;

/// <summary>A log on a disk in memory that the test compacts by hand.</summary>
internal sealed class CompactionHarness : IDisposable
{
    private readonly LogCompactor _compactor;

    public CompactionHarness(LogConfig? config = null)
    {
        Harness.Config = config ?? Compacted;
        _compactor = new LogCompactor(Harness.Clock, new CleanerThrottle(Harness.Clock));
    }

    public static LogConfig Compacted { get; } = LogConfig.Default with
    {
        Compact = true,
        Delete = false,
        SegmentBytes = 100_000,
        IndexIntervalBytes = 100,
        MinCleanableDirtyRatio = 0.01,
    };

    public LogHarness Harness { get; } = new();

    public PartitionLog Log => Harness.Log;

    public CleanerOptions Options { get; set; } = new() { DedupeBufferBytes = 1024 * 1024, IoBufferBytes = 4096 };

    /// <summary>What <c>cleaner-offset-checkpoint</c> would say.</summary>
    public long? Checkpoint { get; set; }

    /// <summary>One batch of records; a null value is a tombstone.</summary>
    public LogAppendResult Put(params (string? Key, string? Value)[] records) => Put(new RecordBatchOptions(), records);

    public LogAppendResult Put(in RecordBatchOptions options, params (string? Key, string? Value)[] records) =>
        Append(Batch(options, Harness.Clock.Now, records));

    public LogAppendResult Append(byte[] batch, AppendOrigin origin = AppendOrigin.Client)
    {
        var result = Harness.Append(batch, origin: origin);
        if (result.Error != ErrorCode.None)
        {
            throw new InvalidOperationException(result.ErrorMessage);
        }

        Log.UpdateHighWatermark(Log.LogEndOffset);
        return result;
    }

    public LogAppendResult Marker(long producer, bool commit, short epoch = 0) => Append(
        ControlRecord.BuildMarkerBatch(
            new EndTransactionMarker(commit ? ControlRecordType.Commit : ControlRecordType.Abort, 0), producer, epoch, Harness.Clock.Now),
        AppendOrigin.Coordinator);

    public static byte[] Batch(in RecordBatchOptions options, long timestamp, params (string? Key, string? Value)[] records)
    {
        using var builder = new RecordBatchBuilder(options);
        foreach (var (key, value) in records)
        {
            builder.Append(timestamp++, Bytes(key), Bytes(value), [new RecordHeader("h", Bytes(key))]);
        }

        return builder.Build().ToArray();
    }

    /// <summary>Rolls, and compacts everything that may be.</summary>
    public CleanOutcome Clean(bool roll = true, CancellationToken stop = default)
    {
        if (roll)
        {
            Log.Roll();
        }

        if (!Log.Cleaning.TryEnter(out var abort))
        {
            throw new InvalidOperationException("The log is being compacted already");
        }

        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(abort, stop);
            var outcome = _compactor.Clean(Log, Range(), Options, both.Token);
            if (outcome.IsComplete)
            {
                Checkpoint = outcome.EndOffset;
            }

            return outcome;
        }
        finally
        {
            Log.Cleaning.Leave();
        }
    }

    public CleanableRange Range() => CleanableRange.Of(Log, Checkpoint, Harness.Clock.Now);

    /// <summary>Every record with its place, control records left out, as text.</summary>
    public List<(long Offset, string? Key, string? Value)> ReadAll()
    {
        var found = new List<(long, string?, string?)>();
        foreach (var batch in ReadBatches())
        {
            if (!batch.IsControl)
            {
                found.AddRange(batch.Records);
            }
        }

        return found;
    }

    /// <summary>Every batch from the start of the log, as a consumer gets it.</summary>
    public List<StoredBatch> ReadBatches()
    {
        var batches = new List<StoredBatch>();
        var offset = Log.LogStartOffset;
        while (offset < Log.LogEndOffset)
        {
            var result = Log.Read(offset, 2000, Log.LogEndOffset, minOneMessage: true);
            using var region = result.Region;
            if (result.Error != ErrorCode.None)
            {
                throw new InvalidOperationException($"Read at {offset}: {result.Error}");
            }

            if (region is null)
            {
                break;
            }

            var bytes = new byte[region.Length];
            region.CopyTo(0, bytes);
            var next = offset;
            foreach (var batch in StoredBatch.Parse(bytes))
            {
                if (batch.LastOffset >= offset)
                {
                    batches.Add(batch);
                    next = batch.LastOffset + 1;
                }
            }

            offset = next > offset ? next : throw new InvalidOperationException($"No progress at offset {offset}");
        }

        return batches;
    }

    public void Dispose()
    {
        _compactor.Dispose();
        Harness.Dispose();
    }

    public static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
