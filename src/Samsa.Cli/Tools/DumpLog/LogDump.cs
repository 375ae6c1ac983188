using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>
/// Prints a <c>.log</c> file or a <c>.checkpoint</c> file of the metadata log: a line for each batch and, if wanted, one for each
/// record. Owns a reader with its buffer; one thread. Gaps between offsets go to <see cref="DumpProblems"/>.
/// </summary>
internal sealed class LogDump(DumpSettings settings, ToolConsole console, DumpProblems problems) : IDisposable
{
    private const int LegacyHeaderV0 = 18;
    private const int LegacyHeaderV1 = 26;
    private const int LegacyCrcPosition = 12;
    private const int LegacyAttributesPosition = 17;
    private const int LegacyTimestampPosition = 18;

    private readonly RecordReader _reader = new(int.MaxValue);
    private readonly StringBuilder _line = new();

    public void Dispose() => _reader.Dispose();

    /// <exception cref="ToolException">The file is damaged in a way that hides what comes after.</exception>
    public void Dump(string path, CancellationToken cancellation)
    {
        var format = settings.CreateFormat(console);
        int maxBytes = settings.MaxBytes();
        PrintHead(path);
        using var log = LogFile.Open(path);
        if (maxBytes < 0)
            throw new ToolException($"--max-bytes is {maxBytes}; it may be 0 or more");
        long end = Math.Min(log.Length, maxBytes);
        long position = 0;
        long lastOffset = -1;
        while (log.MoveTo(position, end))
        {
            cancellation.ThrowIfCancellationRequested();
            PrintBatch(log);
            if (settings.Deep)
                PrintRecords(log, format, ref lastOffset);
            position += log.Size;
        }

        if (position < end && maxBytes == int.MaxValue)
            console.Output.WriteLine($"Found {end - position} invalid bytes at the end of {Path.GetFileName(path)}");
    }

    private void PrintHead(string path)
    {
        if (path.EndsWith(".log", StringComparison.Ordinal))
            console.Output.WriteLine($"Log starting offset: {FilePath.BaseOffset(path)}");
        else if (Path.GetFileName(path) == "bootstrap.checkpoint")
            console.Output.WriteLine("KRaft bootstrap snapshot");
        else if (TryParseSnapshot(Path.GetFileName(path), out long offset, out int epoch))
            console.Output.WriteLine($"Snapshot end offset: {offset}, epoch: {epoch}");
        else
            throw new ToolException($"{path}: the name of a snapshot is an offset of 20 digits, a dash, an epoch of 10 digits, and .checkpoint");
    }

    private static bool TryParseSnapshot(string name, out long offset, out int epoch)
    {
        const int OffsetDigits = 20;
        const int EpochDigits = 10;
        offset = epoch = 0;
        return name.Length >= OffsetDigits + 1 + EpochDigits
            && long.TryParse(name.AsSpan(0, OffsetDigits), NumberStyles.None, CultureInfo.InvariantCulture, out offset)
            && int.TryParse(name.AsSpan(OffsetDigits + 1, EpochDigits), NumberStyles.None, CultureInfo.InvariantCulture, out epoch);
    }

    private void PrintBatch(LogFile log)
    {
        var output = console.Output;
        if (log.IsLegacy)
        {
            PrintLegacyBatch(log);
        }
        else
        {
            var header = new RecordBatchHeader(log.Header);
            string horizon = header.DeleteHorizonMs is { } time ? $"OptionalLong[{time}]" : "OptionalLong.empty";
            output.Write($"baseOffset: {header.BaseOffset} lastOffset: {header.LastOffset} count: {header.RecordCount}");
            output.Write($" baseSequence: {header.BaseSequence} lastSequence: {header.LastSequence} producerId: {header.ProducerId}");
            output.Write($" producerEpoch: {header.ProducerEpoch} partitionLeaderEpoch: {header.PartitionLeaderEpoch}");
            output.Write($" isTransactional: {Java(header.IsTransactional)} isControl: {Java(header.IsControl)} deleteHorizonMs: {horizon}");
            bool isValid = RecordBatch.IsCrcValid(log.Batch);
            PrintBatchEnd(log, header.TimestampType, header.MaxTimestamp, header.Compression, header.Crc, isValid);
        }
    }

    private void PrintLegacyBatch(LogFile log)
    {
        console.Output.Write($"offset: {log.LastOffset}");
        var message = log.Batch;
        if (log.Magic < 0)
            throw new ToolException($"{log.Path}: the batch at position {log.Position} has the format version {log.Magic}; there are 0, 1 and 2");
        if (message.Length < (log.Magic == 0 ? LegacyHeaderV0 : LegacyHeaderV1))
            throw new ToolException($"{log.Path}: the message at position {log.Position} is shorter than its header");
        var batches = new RecordBatchEnumerator(message);
        bool isValid = batches.MoveNext() && batches.Current.IsCrcValid();
        byte attributes = message[LegacyAttributesPosition];
        var type = log.Magic == 0 ? TimestampType.NoTimestamp
            : (attributes & RecordBatchHeader.TimestampTypeMask) != 0 ? TimestampType.LogAppendTime
            : TimestampType.CreateTime;
        long timestamp = log.Magic == 0 ? RecordBatch.NoTimestamp : BinaryPrimitives.ReadInt64BigEndian(message[LegacyTimestampPosition..]);
        var codec = (CompressionType)(attributes & RecordBatchHeader.CompressionMask);
        PrintBatchEnd(log, type, timestamp, codec, BinaryPrimitives.ReadUInt32BigEndian(message[LegacyCrcPosition..]), isValid);
    }

    private void PrintBatchEnd(LogFile log, TimestampType type, long timestamp, CompressionType codec, uint crc, bool isValid)
    {
        string codecName = codec switch
        {
            CompressionType.None => "none",
            CompressionType.Gzip => "gzip",
            CompressionType.Snappy => "snappy",
            CompressionType.Lz4 => "lz4",
            CompressionType.Zstd => "zstd",
            _ => throw new ToolException($"{log.Path}: the batch at position {log.Position} names the codec {(int)codec}, which does not exist"),
        };
        console.Output.Write($" position: {log.Position} {Java(type)}: {timestamp} size: {log.Size} magic: {log.Magic}");
        console.Output.WriteLine($" compresscodec: {codecName} crc: {crc} isvalid: {Java(isValid)}");
    }

    private void PrintRecords(LogFile log, IRecordFormat format, ref long lastOffset)
    {
        int readable = CountReadable(log, out var fault);
        var records = Read(log);
        var facts = new BatchFacts(log);
        for (int i = 0; i < readable && records.MoveNext(); i++)
        {
            var record = records.Current;
            // 4.3 takes the beginning of every file that does not start with 0 for a gap.
            if (record.Offset != lastOffset + 1 && (lastOffset != -1 || settings.Release == KafkaRelease.V43))
                problems.AddGap(FilePath.Absolute(log.Path), lastOffset, record.Offset);
            lastOffset = record.Offset;
            PrintRecord(facts, records, record, format);
        }

        if (fault != RecordFault.None)
            throw new ToolException($"{log.Path}: the batch at position {log.Position} cannot be read to its end. {fault.Describe()}");
    }

    private BatchRecords Read(LogFile log) => log.IsLegacy ? _reader.Read(log.Batch) : _reader.ReadDamaged(log.Batch);

    /// <summary>
    /// How many records Kafka's tool prints before it finds something wrong: none of a compressed batch, which it reads in whole
    /// first, and not the last one when bytes follow it.
    /// </summary>
    private int CountReadable(LogFile log, out RecordFault fault)
    {
        bool isCompressed = !log.IsLegacy && log.Size >= RecordBatchHeader.Size && new RecordBatchHeader(log.Header).Compression != CompressionType.None;
        int declared = log.IsLegacy ? int.MaxValue : new RecordBatchHeader(log.Header).RecordCount;
        fault = RecordFault.None;
        if (declared == 0)
            return 0;
        var records = Read(log);
        int count = 0;
        while (records.MoveNext())
            count++;
        fault = records.Fault;
        return fault == RecordFault.None ? count
            : isCompressed ? 0
            : fault == RecordFault.WrongRecordCount && count == declared ? count - 1
            : count;
    }

    private void PrintRecord(in BatchFacts batch, in BatchRecords records, in RecordView record, IRecordFormat format)
    {
        // 3.9 has no bar before a payload that stands alone.
        string prefix = "| ";
        var line = _line.Clear();
        if (!settings.SkipRecordMetadata)
        {
            line.Append(CultureInfo.InvariantCulture, $"{prefix}offset: {record.Offset} {batch.TimestampTypeName}: {record.Timestamp}");
            line.Append(CultureInfo.InvariantCulture, $" keySize: {SizeOf(record.Key)} valueSize: {SizeOf(record.Value)}");
            prefix = " ";
            if (batch.IsLegacy)
                AppendLegacy(line, records.LegacyMessage, settings.Release);
            else
                AppendSequence(line, batch, record);
            if (batch.IsControl)
                ControlRecordText.Append(line, record, settings.Release);
        }

        if (settings.PrintData && !batch.IsControl)
        {
            // What was put together is printed even where the format cannot read the record.
            console.Output.Write(line);
            line.Clear();
            var (key, payload) = format.Format(record);
            if (key is not null)
            {
                line.Append(prefix).Append("key: ").Append(key);
                prefix = " ";
            }

            if (payload is not null)
                line.Append(settings.Release == KafkaRelease.V39 ? " " : prefix).Append("payload: ").Append(payload);
        }

        console.Output.WriteLine(line);
    }

    private static void AppendLegacy(StringBuilder line, ReadOnlySpan<byte> message, KafkaRelease release)
    {
        var batches = new RecordBatchEnumerator(message);
        bool isValid = batches.MoveNext() && batches.Current.IsCrcValid();
        line.Append(CultureInfo.InvariantCulture, $" isValid: {Java(isValid)} crc: {BinaryPrimitives.ReadUInt32BigEndian(message[LegacyCrcPosition..])}");

        // The brace is that of 3.9.
        line.Append(release == KafkaRelease.V39 ? "}" : "");
    }

    private static void AppendSequence(StringBuilder line, in BatchFacts batch, in RecordView record)
    {
        int sequence = batch.BaseSequence < 0
            ? RecordBatch.NoSequence
            : RecordBatch.AddToSequence(batch.BaseSequence, (int)(record.Offset - batch.BaseOffset));
        line.Append(CultureInfo.InvariantCulture, $" sequence: {sequence} headerKeys: [");
        bool first = true;
        foreach (var header in record.Headers)
        {
            line.Append(first ? "" : ",").Append(header.KeyText);
            first = false;
        }

        line.Append(']');
    }

    private static int SizeOf(OptionalBytes bytes) => bytes.IsNull ? -1 : bytes.Length;

    private static string Java(bool value) => value ? "true" : "false";

    private static string Java(TimestampType type) => type == TimestampType.NoTimestamp ? "NoTimestampType" : type.ToString();

    /// <summary>What the records of a batch have in common.</summary>
    private readonly ref struct BatchFacts
    {
        public BatchFacts(LogFile log)
        {
            IsLegacy = log.IsLegacy;
            if (IsLegacy)
            {
                TimestampTypeName = log.Magic == 0 ? "NoTimestampType"
                    : (log.Batch[LegacyAttributesPosition] & RecordBatchHeader.TimestampTypeMask) != 0 ? "LogAppendTime"
                    : "CreateTime";
                return;
            }

            var header = new RecordBatchHeader(log.Header);
            TimestampTypeName = Java(header.TimestampType);
            IsControl = header.IsControl;
            BaseSequence = header.BaseSequence;
            BaseOffset = header.BaseOffset;
        }

        public bool IsLegacy { get; }

        public bool IsControl { get; }

        public int BaseSequence { get; }

        public long BaseOffset { get; }

        public string TimestampTypeName { get; }
    }
}
