using System.Buffers;
using System.Globalization;
using Samsa.Protocol;
using Samsa.Storage.Files;

namespace Samsa.Storage.Checkpoints;

/// <summary>
/// Owns one of Kafka's offset checkpoints of a log directory: one offset per partition, lines <c>topic partition offset</c>.
/// One thread at a time enters. Lives as long as its log directory.
/// Fails with <see cref="StorageException"/>, which names the line when the content is at fault.
/// </summary>
public sealed class OffsetCheckpointFile(IStorageFileSystem fileSystem, string path)
{
    /// <summary>Up to where each log is known to be on stable storage.</summary>
    public const string RecoveryPointName = "recovery-point-offset-checkpoint";

    /// <summary>The high watermark of each partition.</summary>
    public const string HighWatermarkName = "replication-offset-checkpoint";

    /// <summary>The start of each log that is not simply the base offset of its first segment.</summary>
    public const string LogStartOffsetName = "log-start-offset-checkpoint";

    /// <summary>Up to where each log is compacted.</summary>
    public const string CleanerName = "cleaner-offset-checkpoint";

    private ArrayBufferWriter<byte> _output = new(256);
    private ArrayBufferWriter<byte> _onDisk = new(256);
    private bool _known;

    /// <summary>Where the checkpoint is.</summary>
    public string Path { get; } = path;

    /// <summary>Reads all entries; a missing or empty file has none. When a partition comes twice, its last line counts.</summary>
    public Dictionary<TopicPartition, long> Read()
    {
        var lines = CheckpointText.Read<KeyValuePair<TopicPartition, long>>(
            fileSystem, Path, "'topic partition offset'", TryParseLine);
        var entries = new Dictionary<TopicPartition, long>(lines.Count);
        foreach (var (partition, offset) in lines)
        {
            entries[partition] = offset;
        }

        return entries;
    }

    /// <summary>
    /// Replaces the file, durably and atomically, by these entries in this order. Nothing is written when this object wrote
    /// the same bytes last.
    /// </summary>
    public void Write(IReadOnlyCollection<KeyValuePair<TopicPartition, long>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        CheckpointText.WriteHeader(_output, entries.Count);
        foreach (var (partition, offset) in entries)
        {
            CheckpointText.WriteWord(_output, partition.Topic);
            CheckpointText.WriteNumber(_output, partition.Partition, (byte)' ');
            CheckpointText.WriteNumber(_output, offset, (byte)'\n');
        }

        if (_known && _output.WrittenSpan.SequenceEqual(_onDisk.WrittenSpan))
        {
            return;
        }

        _known = false;
        fileSystem.WriteAtomically(Path, _output.WrittenSpan);
        (_output, _onDisk) = (_onDisk, _output);
        _known = true;
    }

    private static bool TryParseLine(ReadOnlySpan<char> line, out KeyValuePair<TopicPartition, long> entry)
    {
        var topic = CheckpointText.NextField(ref line);
        var partition = CheckpointText.NextField(ref line);
        var offset = CheckpointText.NextField(ref line);
        entry = default;
        if (topic.IsEmpty || !line.Trim().IsEmpty
            || !int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !long.TryParse(offset, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        entry = new(new TopicPartition(topic.ToString(), number), value);
        return true;
    }
}
