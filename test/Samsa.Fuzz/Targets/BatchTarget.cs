using Samsa.Fuzz.Engine;
using Samsa.Fuzz.Files;
using Samsa.Fuzz.Records;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Producers;
using Samsa.Storage.Validation;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// Records of a produce request: validated, appended, read back, searched by time, converted for old consumers. An input is a byte
/// that chooses the topic's rules, a byte of produce version, the records.
/// Promises: a refusal or a stored batch that every reader understands; what is stored is found again; conversion ends.
/// </summary>
public sealed class BatchTarget : IFuzzTarget
{
    private const int LongestRead = 1 << 20;

    private static readonly LogConfig[] Rules =
    [
        LogConfig.Default,
        LogConfig.Default with { Compact = true },
        LogConfig.Default with { Compression = CompressionType.Gzip },
        LogConfig.Default with { Compression = CompressionType.Zstd, MaxMessageBytes = 3000 },
        LogConfig.Default with { Compression = CompressionType.None, TimestampBeforeMaxMs = 3_600_000 },
        LogConfig.Default with { TimestampType = TimestampType.LogAppendTime },
        LogConfig.Default with { SegmentBytes = 1000, IndexIntervalBytes = 64, SegmentIndexBytes = 96 },
        LogConfig.Default with { Compression = CompressionType.Snappy, Compact = true, TimestampType = TimestampType.LogAppendTime },
        LogConfig.Default with { Compression = CompressionType.Lz4, TimestampBeforeMaxMs = 1000, TimestampAfterMaxMs = 1000 },
    ];

    private readonly PartitionLog?[] _logs = new PartitionLog?[Rules.Length];
    private readonly List<byte[]> _history = [];
    private readonly byte[] _buffer = new byte[LongestRead];
    private ManualClock _clock = new();

    public string Name => "batches";

    public IEnumerable<byte[]> Seeds(Random random)
    {
        var forge = new BatchForge(random);
        for (var i = 0; i < 60; i++)
        {
            yield return Input((byte)i, (byte)(i % 3), forge.LegacySet());
            yield return Input((byte)i, (byte)(3 + (i % 11)), forge.Batch());
        }

        foreach (var path in Directory.EnumerateFiles(RepositoryPaths.TestData, "*.log", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var segment = File.ReadAllBytes(path);
            foreach (var batch in Batches(segment))
            {
                // As its producer sent it.
                RecordBatch.SetBaseOffset(batch, 0);
                yield return Input((byte)random.Next(Rules.Length), 9, batch);
            }
        }
    }

    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        var forge = new BatchForge(random);
        var (rules, version, records) = TakeApart(input);
        switch (random.Next(8))
        {
            case 0:
                rules = (byte)random.Next(Rules.Length);
                break;
            case 1:
                version = (byte)random.Next(14);
                break;
            case 2:
                return Input(rules, version, forge.Records());
            case 3:
                return Input(rules, version, ByteEdits.Splice(records, TakeApart(other).Records, random));
        }

        return Input(rules, version, forge.Mutate(records));
    }

    public void Execute(byte[] input, Behaviour seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        _history.Add(input);
        var (choice, version, bytes) = TakeApart(input);
        var number = choice % Rules.Length;
        var log = _logs[number] ?? throw new InvalidOperationException("Reset comes first.");
        var records = bytes.ToArray();
        var rules = new ValidationRules(Rules[number], log.TopicPartition, (short)(version % 14), ManualClock.Start);
        using var valid = RecordValidator.Validate(records, rules);
        var magic = records.Length > RecordBatchHeader.AttributesPosition + 1 ? records[RecordBatchHeader.MagicPosition] : 99;
        var codec = magic == 2 ? records[RecordBatchHeader.AttributesPosition + 1] & RecordBatchHeader.CompressionMask : 99;
        seen.Note($"valid {number} {magic} {codec}", (long)valid.Error);
        if (valid.Error != ErrorCode.None)
        {
            if (valid.ErrorMessage is not { Length: > 0 })
            {
                throw new FindingException("silent refusal", $"{valid.Error} without a word");
            }

            seen.Note("refusal", new InvalidOperationException(valid.ErrorMessage));
            return;
        }

        var stored = new RecordBatchHeader(valid.Bytes.Span);
        CheckStructure(valid, seen);
        var before = log.LogEndOffset;
        var appended = log.Append(valid, 0, AppendOrigin.Client);
        seen.Note($"append {number} {appended.IsDuplicate} {stored.Attributes & 0x3f}", (long)appended.Error);
        seen.NoteSize("records", stored.RecordCount);
        if (appended.Error != ErrorCode.None || appended.IsDuplicate)
        {
            return;
        }

        if (log.LogEndOffset != before + stored.RecordCount)
        {
            throw new FindingException("offsets", $"{stored.RecordCount} records moved the end from {before} to {log.LogEndOffset}");
        }

        log.UpdateHighWatermark(log.LogEndOffset);
        ReadBack(log, before, seen);
        FindByTime(log, valid.MaxTimestamp);
    }

    /// <summary>One inflation of 100 MiB with what the growing buffer held on the way, twice for a conversion, and the rest.</summary>
    public long AllocationBound(byte[] input) => 600L << 20;

    public void Reset()
    {
        _history.Clear();
        _clock = new ManualClock();
        for (var i = 0; i < Rules.Length; i++)
        {
            _logs[i]?.Dispose();
            var files = new RamFileSystem();
            files.CreateDirectory("/data");
            _logs[i] = PartitionLog.Open(new PartitionLogOptions
            {
                Directory = "/data/t-0",
                TopicPartition = new TopicPartition("t", 0),
                Config = Rules[i],
                Clock = _clock,
                FileSystem = files,
                Scheduler = new IdleScheduler(),
                Producers = new ProducerStateOptions { FileSystem = files },
                CleanShutdown = true,
            });
        }
    }

    public byte[] History() => _history.Count == 0 ? [] : _history[^1];

    public void Dispose()
    {
        foreach (var log in _logs)
        {
            log?.Dispose();
        }
    }

    private static byte[] Input(byte rules, byte version, byte[] records) => [rules, version, .. records];

    private static (byte Rules, byte Version, byte[] Records) TakeApart(byte[] input) =>
        input.Length < 2 ? ((byte)0, (byte)9, input) : (input[0], input[1], input[2..]);

    private static List<byte[]> Batches(byte[] segment)
    {
        var found = new List<byte[]>();
        var batches = new RecordBatchEnumerator(segment);
        while (batches.MoveNext())
        {
            found.Add(batches.Current.Bytes.ToArray());
        }

        return found;
    }

    // Of a batch that was accepted everything but a payload that nobody looked into is sound.
    private static void CheckStructure(in ValidatedRecords valid, Behaviour seen)
    {
        var batch = valid.Bytes.Span;
        var header = new RecordBatchHeader(batch);
        if (RecordBatch.CheckStructure(batch) is var wrong and not RecordFault.None || !RecordBatch.IsCrcValid(batch))
        {
            throw new FindingException("stored batch", $"What was accepted is no batch: {RecordBatch.CheckStructure(batch)}");
        }

        using var reader = new RecordReader();
        var records = reader.Read(batch);
        var count = 0;
        while (records.MoveNext())
        {
            count++;
            seen.NoteSize("value", records.Current.Value.Length);
        }

        seen.Note("fault", (long)records.Fault);
        if (header.Compression == CompressionType.None && (records.Fault != RecordFault.None || count != valid.RecordCount))
        {
            throw new FindingException("stored records", $"{count} of {valid.RecordCount} accepted records can be read: {records.Fault}");
        }
    }

    private void ReadBack(PartitionLog log, long from, Behaviour seen)
    {
        var read = log.Read(from, LongestRead, log.LogEndOffset, minOneMessage: true);
        using var region = read.Region;
        if (read.Error != ErrorCode.None || region is null || region.Length > LongestRead)
        {
            throw new FindingException("read back", $"Offset {from} cannot be read: {read.Error}, {region?.Length} bytes");
        }

        var bytes = _buffer.AsSpan(0, region.Length);
        region.CopyTo(0, bytes);
        var batches = new RecordBatchEnumerator(bytes);
        var found = false;
        while (batches.MoveNext())
        {
            found |= batches.Current.Header.BaseOffset == from;
            if (!batches.Current.IsCrcValid())
            {
                throw new FindingException("read back", $"The batch at {batches.Current.Header.BaseOffset} has a wrong checksum");
            }
        }

        if (!found || batches.Fault != RecordFault.None)
        {
            throw new FindingException("read back", $"The batch at {from} is not what was read ({batches.Fault})");
        }

        for (sbyte magic = 0; magic < 2; magic++)
        {
            using var converted = new PooledBuffer();
            using var reader = new RecordReader();
            var conversion = RecordConverter.DownConvert(bytes, magic, from, converted, reader);
            seen.Note($"down {magic}", (long)conversion.Status);
            var messages = new RecordBatchEnumerator(converted.Span);
            while (messages.MoveNext())
            {
                if (messages.Current.Magic > magic || !messages.Current.IsCrcValid())
                {
                    throw new FindingException("down conversion", $"Magic {messages.Current.Magic} for a reader of {magic}, or a wrong checksum");
                }
            }

            if (messages.Fault != RecordFault.None)
            {
                throw new FindingException("down conversion", $"A converted set ends with {messages.Fault}");
            }
        }
    }

    private static void FindByTime(PartitionLog log, long timestamp)
    {
        foreach (var wanted in (long[])[timestamp, timestamp - 1, 0, long.MaxValue])
        {
            if (log.OffsetForTimestamp(wanted) is { } found
                && (found.Timestamp < wanted || found.Offset < log.LogStartOffset || found.Offset >= log.LogEndOffset))
            {
                throw new FindingException("time search", $"Time {wanted} is found at offset {found.Offset} with time {found.Timestamp}");
            }
        }

        if (log.MaxTimestamp() is { } newest && (newest.Offset < 0 || newest.Offset >= log.LogEndOffset))
        {
            throw new FindingException("newest time", $"The newest time is at offset {newest.Offset} of a log that ends at {log.LogEndOffset}");
        }
    }
}
