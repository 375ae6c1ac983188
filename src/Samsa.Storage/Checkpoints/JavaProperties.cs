using System.Globalization;
using System.Text;

namespace Samsa.Storage.Checkpoints;

/// <summary>
/// The text format of java.util.Properties as far as meta.properties needs it: <c>key=value</c> lines, comments with # or !,
/// backslash escapes. Order is kept.
/// </summary>
internal static class JavaProperties
{
    private const string Blanks = " \t\f";

    /// <summary>Reads the entries; the last one of a key counts. False with the line at fault when an escape is broken.</summary>
    internal static bool TryParse(string text, out List<KeyValuePair<string, string>> entries, out int badLine)
    {
        entries = [];
        badLine = 0;
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n', '\r');
        for (var i = 0; i < lines.Length; i++)
        {
            badLine = i + 1;
            var line = lines[i].TrimStart(' ', '\t', '\f');
            if (line.Length == 0 || line[0] is '#' or '!')
            {
                continue;
            }

            while (IsContinued(line) && i + 1 < lines.Length)
            {
                line = line[..^1] + lines[++i].TrimStart(' ', '\t', '\f');
            }

            var end = KeyEnd(line);
            var valueStart = end;
            while (valueStart < line.Length && Blanks.Contains(line[valueStart], StringComparison.Ordinal))
            {
                valueStart++;
            }

            if (valueStart < line.Length && line[valueStart] is '=' or ':')
            {
                valueStart++;
            }

            if (!TryUnescape(line[..end], out var key) || !TryUnescape(line[valueStart..].TrimStart(' ', '\t', '\f'), out var value))
            {
                return false;
            }

            entries.RemoveAll(entry => entry.Key == key);
            entries.Add(new(key, value));
        }

        return true;
    }

    /// <summary>Appends one line as Java would write it.</summary>
    internal static void AppendLine(StringBuilder output, string key, string value)
    {
        Escape(output, key, isKey: true);
        output.Append('=');
        Escape(output, value, isKey: false);
        output.Append('\n');
    }

    private static bool IsContinued(string line)
    {
        var backslashes = 0;
        while (backslashes < line.Length && line[^(backslashes + 1)] == '\\')
        {
            backslashes++;
        }

        return backslashes % 2 == 1;
    }

    private static int KeyEnd(string line)
    {
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\')
            {
                i++;
            }
            else if (line[i] is '=' or ':' || Blanks.Contains(line[i], StringComparison.Ordinal))
            {
                return i;
            }
        }

        return line.Length;
    }

    private static bool TryUnescape(string text, out string result)
    {
        var output = new StringBuilder(text.Length);
        result = "";
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                output.Append(text[i]);
                continue;
            }

            i++;
            if (text[i] != 'u')
            {
                output.Append(text[i] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', 'f' => '\f', var other => other });
                continue;
            }

            if (i + 4 >= text.Length
                || !ushort.TryParse(text.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                return false;
            }

            output.Append((char)code);
            i += 4;
        }

        result = output.ToString();
        return true;
    }

    private static void Escape(StringBuilder output, string text, bool isKey)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            _ = c switch
            {
                ' ' when isKey || i == 0 => output.Append("\\ "),
                '\t' => output.Append("\\t"),
                '\n' => output.Append("\\n"),
                '\r' => output.Append("\\r"),
                '\f' => output.Append("\\f"),
                '\\' or '=' or ':' or '#' or '!' => output.Append('\\').Append(c),
                < ' ' or > '~' => output.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => output.Append(c),
            };
        }
    }
}
