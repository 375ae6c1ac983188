using System.Buffers;
using System.Globalization;
using Samsa.Storage.Epochs;
using Samsa.Storage.Files;

namespace Samsa.Storage.Checkpoints;

/// <summary>The file <c>leader-epoch-checkpoint</c> of a partition directory: lines <c>epoch startOffset</c>, ascending.</summary>
internal static class LeaderEpochCheckpointFile
{
    internal const string Name = "leader-epoch-checkpoint";

    /// <summary>Reads the entries; a missing or empty file has none.</summary>
    /// <exception cref="StorageException">A line is malformed; the message names it.</exception>
    internal static List<EpochEntry> Read(IStorageFileSystem fileSystem, string path) =>
        CheckpointText.Read<EpochEntry>(fileSystem, path, "'epoch startOffset'", TryParseLine);

    /// <summary>Replaces the file durably and atomically.</summary>
    internal static void Write(IStorageFileSystem fileSystem, string path, ReadOnlySpan<EpochEntry> entries) =>
        fileSystem.WriteAtomically(path, Content(entries));

    /// <summary>Replaces the file atomically; the new one is found after a power cut once the directory was flushed.</summary>
    internal static void WriteBeforeDirectoryFlush(IStorageFileSystem fileSystem, string path, ReadOnlySpan<EpochEntry> entries)
    {
        var temporary = path + ".tmp";
        using (var file = fileSystem.Open(temporary, StorageFileMode.Truncate))
        {
            file.Write(Content(entries), 0);
            file.Flush();
        }

        fileSystem.Move(temporary, path);
    }

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<EpochEntry> entries)
    {
        var output = new ArrayBufferWriter<byte>(16 + 32 * entries.Length);
        CheckpointText.WriteHeader(output, entries.Length);
        foreach (var entry in entries)
        {
            CheckpointText.WriteNumber(output, entry.Epoch, (byte)' ');
            CheckpointText.WriteNumber(output, entry.StartOffset, (byte)'\n');
        }

        return output.WrittenSpan;
    }

    private static bool TryParseLine(ReadOnlySpan<char> line, out EpochEntry entry)
    {
        var epoch = CheckpointText.NextField(ref line);
        var offset = CheckpointText.NextField(ref line);
        entry = default;
        if (!line.Trim().IsEmpty
            || !int.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var start))
        {
            return false;
        }

        entry = new EpochEntry(number, start);
        return true;
    }
}
