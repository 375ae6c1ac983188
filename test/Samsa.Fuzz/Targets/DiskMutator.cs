using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Samsa.Fuzz.Records;
using Samsa.Protocol.Records;

namespace Samsa.Fuzz.Targets;

/// <summary>Changes the files of a log directory, each kind by its own format. One thread at a time.</summary>
internal sealed class DiskMutator(Random random)
{
    private static readonly string[] Numbers =
        ["0", "1", "-1", "2", "3", "7", "100", "2147483647", "2147483648", "-2147483648", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "", "x", "null", "1e3", "[]", "{}", "\"\""];

    private static readonly string[] Suffixes = [".deleted", ".swap", ".cleaned", ".tmp", "-delete", "-stray", ".log", ".index", ".timeindex", ".snapshot", ".txnindex"];

    private static readonly long[] Offsets = [0, 1, 2, 3, 5, 7, 100, int.MaxValue, (long)int.MaxValue + 1, long.MaxValue, long.MaxValue - 1];

    public void Mutate(SortedDictionary<string, byte[]> files)
    {
        for (var edits = 1 + random.Next(3); edits > 0; edits--)
        {
            if (random.Next(10) == 0 || files.Count == 0)
            {
                ToggleCleanMark(files);
            }
            else if (random.Next(6) == 0)
            {
                Rearrange(files);
            }
            else
            {
                var name = Pick(files);
                files[name] = Change(name, files[name]);
            }
        }
    }

    private static void ToggleCleanMark(SortedDictionary<string, byte[]> files)
    {
        if (!files.Remove(DiskInput.CleanMark))
        {
            files[DiskInput.CleanMark] = [];
        }
    }

    // Creating, removing and renaming: what an interrupted roll, compaction or deletion leaves behind, and what nobody does.
    private void Rearrange(SortedDictionary<string, byte[]> files)
    {
        var name = Pick(files);
        var folder = name.Contains('/', StringComparison.Ordinal) ? name[..name.IndexOf('/', StringComparison.Ordinal)] : null;
        switch (random.Next(6))
        {
            case 0:
                files.Remove(name);
                break;
            case 1:
                files[name + Suffixes[random.Next(Suffixes.Length)]] = files[name];
                break;
            case 2 when folder is not null:
                files[$"{folder}/{Offsets[random.Next(Offsets.Length)].ToString("D20", CultureInfo.InvariantCulture)}{Path.GetExtension(name)}"] = files[name];
                break;
            case 3 when folder is not null:
                var moved = random.Next(4) switch { 0 => folder + "-delete", 1 => folder + ".0123456789abcdef0123456789abcdef-delete", 2 => "new-0", _ => folder + "-future" };
                foreach (var file in files.Keys.Where(key => key.StartsWith(folder + "/", StringComparison.Ordinal)).ToList())
                {
                    files[moved + file[folder.Length..]] = files[file];
                }

                break;
            case 4:
                files[name] = [];
                break;
            default:
                files[name] = new byte[random.Next(300)];
                break;
        }
    }

    private byte[] Change(string name, byte[] content) => Path.GetExtension(name) switch
    {
        ".log" or ".swap" or ".cleaned" => random.Next(4) == 0 ? Tail(content) : new BatchForge(random).Mutate(content),
        ".index" => Entries(content, 8),
        ".timeindex" => Entries(content, 12),
        ".txnindex" => Entries(content, 34),
        ".snapshot" => Snapshot(content),
        _ => random.Next(5) == 0 ? ByteEdits.Apply(content, random) : Text(content),
    };

    private byte[] Tail(byte[] content) => random.Next(3) switch
    {
        0 => content[..random.Next(content.Length + 1)],
        1 => [.. content, .. new byte[random.Next(200)]],
        _ => [.. content, .. content.AsSpan(0, random.Next(content.Length + 1))],
    };

    private byte[] Entries(byte[] content, int size)
    {
        if (content.Length < size || random.Next(4) == 0)
        {
            return content.Length == 0 || random.Next(3) == 0 ? [.. content, .. new byte[random.Next(3) * size]] : ByteEdits.Apply(content, random);
        }

        var entry = random.Next(content.Length / size) * size;
        return [.. content.AsSpan(0, entry), .. ByteEdits.Apply(content.AsSpan(entry, size), random), .. content.AsSpan(entry + size)];
    }

    private byte[] Snapshot(byte[] content)
    {
        const int crc = 2, body = 6;
        if (content.Length <= body || random.Next(5) == 0)
        {
            return ByteEdits.Apply(content, random);
        }

        byte[] changed = [.. content.AsSpan(0, body), .. ByteEdits.Apply(content.AsSpan(body), random)];
        BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(crc), Crc32C.Compute(changed.AsSpan(body)));
        return changed;
    }

    // Numbers, words and lines of a checkpoint, a properties file or JSON.
    private byte[] Text(byte[] content)
    {
        var text = Encoding.UTF8.GetString(content);
        var lines = text.Split('\n').ToList();
        switch (random.Next(5))
        {
            case 0:
                lines.RemoveAt(random.Next(lines.Count));
                break;
            case 1:
                lines.Insert(random.Next(lines.Count), lines[random.Next(lines.Count)]);
                break;
            default:
                var line = random.Next(lines.Count);
                lines[line] = ReplaceWord(lines[line]);
                break;
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private string ReplaceWord(string line)
    {
        var starts = new List<int>();
        for (var i = 0; i < line.Length; i++)
        {
            if (IsWord(line[i]) && (i == 0 || !IsWord(line[i - 1])))
            {
                starts.Add(i);
            }
        }

        if (starts.Count == 0)
        {
            return line + Numbers[random.Next(Numbers.Length)];
        }

        var start = starts[random.Next(starts.Count)];
        var end = start;
        while (end < line.Length && IsWord(line[end]))
        {
            end++;
        }

        // In JSON a whole value goes, with its quotes or brackets.
        if (start > 0 && end < line.Length && random.Next(2) == 0 && line[start - 1] is '"' or '[' or '{')
        {
            (start, end) = (start - 1, Math.Min(line.Length, end + 1));
        }

        return line[..start] + Numbers[random.Next(Numbers.Length)] + line[end..];
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';

    // Small files of one line count as much as a segment.
    private string Pick(SortedDictionary<string, byte[]> files) => files.Keys.ElementAt(random.Next(files.Count));
}
