using System.Buffers.Binary;
using System.Text;
using Samsa.Fuzz.Files;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// The input of the files target: files one after the other, each a byte with the length of its name (below the log directory), the
/// name, an int32 length, the content.
/// </summary>
internal static class DiskInput
{
    public const string CleanMark = ".kafka_cleanshutdown";

    public static SortedDictionary<string, byte[]> Files(ReadOnlySpan<byte> input)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        while (input.Length > 0 && input[0] > 0 && 1 + input[0] + sizeof(int) <= input.Length)
        {
            var name = Encoding.UTF8.GetString(input.Slice(1, input[0]));
            var rest = input[(1 + input[0])..];
            var length = Math.Clamp(BinaryPrimitives.ReadInt32BigEndian(rest), 0, rest.Length - sizeof(int));
            if (IsName(name))
            {
                files[name] = rest.Slice(sizeof(int), length).ToArray();
            }

            input = rest[(sizeof(int) + length)..];
        }

        return files;
    }

    public static byte[] Join(IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        var output = new List<byte>();
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var (name, content) in files)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            if (bytes.Length > byte.MaxValue)
            {
                continue;
            }

            BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
            output.Add((byte)bytes.Length);
            output.AddRange(bytes);
            output.AddRange(length);
            output.AddRange(content);
        }

        return [.. output];
    }

    /// <summary>Puts the files on a disk.</summary>
    public static RamFileSystem ToDisk(IReadOnlyDictionary<string, byte[]> files)
    {
        var disk = new RamFileSystem();
        disk.CreateDirectory(FuzzBroker.Directory);
        foreach (var (name, content) in files)
        {
            disk.Put($"{FuzzBroker.Directory}/{name}", content);
        }

        return disk;
    }

    /// <summary>What of a disk lies below the log directory and is of these partitions, or of none.</summary>
    public static byte[] FromDisk(RamFileSystem disk, Func<string, bool> partition) => Join(disk.Paths
        .Select(path => path[(FuzzBroker.Directory.Length + 1)..])
        .Where(name => name != ".lock" && (!name.Contains('/', StringComparison.Ordinal) || partition(name[..name.IndexOf('/', StringComparison.Ordinal)])))
        .Select(name => KeyValuePair.Create(name, disk.ReadAllBytes($"{FuzzBroker.Directory}/{name}"))));

    // Either one of the files of a log directory, or a file in a folder.
    private static bool IsName(string name) =>
        name is CleanMark or "meta.properties" or "samsa-metadata.json" or "recovery-point-offset-checkpoint" or "log-start-offset-checkpoint"
            or "replication-offset-checkpoint"
        || (name.Split('/') is [{ Length: > 0 } folder, { Length: > 0 } file]
            && folder is not ("." or ".." or CleanMark or "meta.properties" or "samsa-metadata.json") && file is not ("." or "..")
            && !folder.EndsWith("-checkpoint", StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal));
}
