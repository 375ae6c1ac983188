using System.Globalization;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>Names of files as Kafka's tool takes and prints them.</summary>
internal static class FilePath
{
    /// <summary>The path as Java writes it: without doubled slashes and without one at the end.</summary>
    public static string Normalize(string path)
    {
        string result = path;
        while (result.Contains("//", StringComparison.Ordinal))
            result = result.Replace("//", "/", StringComparison.Ordinal);
        return result.Length > 1 ? result.TrimEnd('/') : result;
    }

    /// <summary>The path from the root, with dots left in place, as Java makes it.</summary>
    public static string Absolute(string path) =>
        Path.IsPathRooted(path) ? path : Path.Combine(Environment.CurrentDirectory, path);

    /// <summary>The end of a name from its last dot on; null when it has none.</summary>
    public static string? Suffix(string path)
    {
        string name = Path.GetFileName(path);
        int dot = name.LastIndexOf('.');
        return dot < 0 ? null : name[dot..];
    }

    /// <summary>The number that a name starts with, up to its first dot.</summary>
    /// <exception cref="ToolException">It is none.</exception>
    public static long BaseOffset(string path)
    {
        string digits = Path.GetFileName(path).Split('.')[0];
        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long offset)
            ? offset
            : throw new ToolException($"{path}: the name of such a file starts with an offset, and '{digits}' is none");
    }

    /// <summary>The file with the same base offset and another suffix.</summary>
    public static string Sibling(string path, string suffix) =>
        Path.Join(Path.GetDirectoryName(Absolute(path)), Path.GetFileName(path).Split('.')[0] + suffix);

    /// <summary>The content of a small file.</summary>
    /// <exception cref="ToolException">It cannot be read.</exception>
    public static byte[] ReadAll(string path) => Read(path, File.ReadAllBytes);

    /// <summary>Opens or reads a file.</summary>
    /// <exception cref="ToolException">That cannot be done; the message names the file and the reason.</exception>
    public static T Read<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ToolException($"{path}: there is no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path} cannot be read: {e.Message}");
        }
    }
}
