using System.Globalization;
using System.Text;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>A file of settings in the form that Java's tools take: a key and a value on each line.</summary>
internal static class PropertiesFile
{
    /// <summary>Reads a file; of a key that comes twice the last value holds.</summary>
    /// <exception cref="ToolException">It cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{path} cannot be read: {e.Message}");
        }
    }

    /// <summary>
    /// Reads lines: <c>#</c> and <c>!</c> start a comment, a backslash at the end continues a line; <c>=</c>, <c>:</c> or blanks
    /// end the key.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = new Queue<string>(text.ReplaceLineEndings("\n").Split('\n'));
        while (lines.TryDequeue(out string? line))
        {
            line = line.TrimStart(' ', '\t', '\f');
            if (line.Length == 0 || line[0] is '#' or '!')
                continue;
            while (IsContinued(line))
                line = line[..^1] + (lines.TryDequeue(out string? next) ? next.TrimStart(' ', '\t', '\f') : "");
            int end = EndOfKey(line);
            string value = line[end..].TrimStart(' ', '\t', '\f');
            if (value is ['=' or ':', ..])
                value = value[1..].TrimStart(' ', '\t', '\f');
            properties[Unescape(line[..end])] = Unescape(value);
        }

        return properties;
    }

    private static bool IsContinued(string line)
    {
        int backslashes = line.Length - line.TrimEnd('\\').Length;
        return backslashes % 2 == 1;
    }

    private static int EndOfKey(string line)
    {
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\')
                i++;
            else if (line[i] is '=' or ':' or ' ' or '\t' or '\f')
                return i;
        }

        return line.Length;
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || ++i == text.Length)
            {
                if (i < text.Length)
                    result.Append(text[i]);
                continue;
            }

            if (text[i] == 'u' && i + 4 < text.Length
                && ushort.TryParse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
            {
                result.Append((char)code);
                i += 4;
                continue;
            }

            result.Append(text[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'f' => '\f', var other => other });
        }

        return result.ToString();
    }
}
