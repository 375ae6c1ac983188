using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Samsa.Storage.Files;

namespace Samsa.Storage.Checkpoints;

/// <summary>
/// The text form that all of Kafka's checkpoints share: a version line (always 0), a line with the number of entries, then
/// one line per entry with fields separated by blanks. A file of no bytes counts as a checkpoint without entries.
/// </summary>
internal static class CheckpointText
{
    private const int Version = 0;
    private const int MaxNumberLength = 20;

    /// <summary>Turns one line into an entry; false when it has not the expected form.</summary>
    internal delegate bool LineParser<T>(ReadOnlySpan<char> line, out T entry);

    /// <summary>Reads all entries. A missing file has none.</summary>
    /// <exception cref="StorageException">The file cannot be read, or a line is not what it should be.</exception>
    internal static List<T> Read<T>(IStorageFileSystem fileSystem, string path, string expectedLine, LineParser<T> parse)
    {
        if (!fileSystem.FileExists(path))
        {
            return [];
        }

        var text = Encoding.UTF8.GetString(fileSystem.ReadAllBytes(path)).AsSpan();
        var number = 0;
        if (!TryNextLine(ref text, ref number, out var line))
        {
            return [];
        }

        if (!int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version != Version)
        {
            throw Malformed(path, number, line, "the format version, which is 0");
        }

        if (!TryNextLine(ref text, ref number, out line)
            || !int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            throw Malformed(path, number, line, "the number of entries");
        }

        // The count comes from the disk: the list grows with the lines that are really there.
        var entries = new List<T>(Math.Min(count, text.Length / 4));
        while (TryNextLine(ref text, ref number, out line))
        {
            if (!parse(line, out var entry))
            {
                throw Malformed(path, number, line, expectedLine);
            }

            entries.Add(entry);
        }

        return entries.Count == count
            ? entries
            : throw MalformedFile.At(path, $"The checkpoint announces {count} entries on line 2 but holds {entries.Count}");
    }

    /// <summary>Starts a checkpoint of <paramref name="count"/> entries.</summary>
    internal static void WriteHeader(ArrayBufferWriter<byte> output, int count)
    {
        output.ResetWrittenCount();
        WriteNumber(output, Version, (byte)'\n');
        WriteNumber(output, count, (byte)'\n');
    }

    /// <summary>Appends a number and the character that ends its field.</summary>
    internal static void WriteNumber(ArrayBufferWriter<byte> output, long value, byte terminator)
    {
        var room = output.GetSpan(MaxNumberLength + 1);
        _ = Utf8Formatter.TryFormat(value, room, out var written);
        room[written] = terminator;
        output.Advance(written + 1);
    }

    /// <summary>Appends a word and a blank.</summary>
    internal static void WriteWord(ArrayBufferWriter<byte> output, string word)
    {
        var room = output.GetSpan(Encoding.UTF8.GetMaxByteCount(word.Length) + 1);
        var written = Encoding.UTF8.GetBytes(word, room);
        room[written] = (byte)' ';
        output.Advance(written + 1);
    }

    /// <summary>Takes the next field off a line; empty when there is none.</summary>
    internal static ReadOnlySpan<char> NextField(ref ReadOnlySpan<char> line)
    {
        line = line.TrimStart();
        var end = line.IndexOfAny(' ', '\t');
        var field = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[(end + 1)..];
        return field;
    }

    private static bool TryNextLine(ref ReadOnlySpan<char> text, ref int number, out ReadOnlySpan<char> line)
    {
        number++;
        if (text.IsEmpty)
        {
            line = default;
            return false;
        }

        var end = text.IndexOf('\n');
        line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        line = line.TrimEnd('\r');
        return true;
    }

    private static StorageException Malformed(string path, int number, ReadOnlySpan<char> line, string expected)
    {
        var shown = line.Length > 80 ? $"{line[..80]}..." : line.ToString();
        return MalformedFile.At(path, $"Line {number} of the checkpoint is '{shown}'; expected {expected}");
    }
}
