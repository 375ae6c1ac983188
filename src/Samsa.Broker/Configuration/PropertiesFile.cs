using System.Globalization;
using System.Text;

namespace Samsa.Broker.Configuration;

/// <summary>
/// Reads Java properties files: <c>key=value</c>, <c>key:value</c> or <c>key value</c>; comments with # and !; a backslash at
/// the end of a line continues it; \t \n \r \f, \uXXXX and a backslash before any other character are escapes. The last of
/// several values of a key wins.
/// </summary>
public static class PropertiesFile
{
    /// <summary>Parses the text of a file.</summary>
    /// <exception cref="ConfigException">A \u escape is not followed by four hexadecimal digits; the message names the line.</exception>
    public static Dictionary<string, string> Parse(string text)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = text.Split('\n');
        var logical = new StringBuilder();
        for (var number = 0; number < lines.Length; number++)
        {
            var line = lines[number].TrimEnd('\r').TrimStart(' ', '\t', '\f');
            if (line.Length == 0 || line[0] is '#' or '!')
            {
                continue;
            }

            var first = number + 1;
            logical.Clear();
            while (EndsWithOpenBackslash(line))
            {
                logical.Append(line, 0, line.Length - 1);
                line = ++number < lines.Length ? lines[number].TrimEnd('\r').TrimStart(' ', '\t', '\f') : "";
            }

            logical.Append(line);
            AddProperty(properties, logical.ToString(), first);
        }

        return properties;
    }

    /// <summary>Adds a command line's <c>key=value</c> to <paramref name="properties"/>, replacing what the file says.</summary>
    /// <exception cref="ConfigException">There is no equals sign, or no name before it.</exception>
    public static void ApplyOverride(IDictionary<string, string> properties, string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new ConfigException($"--override {assignment}: expected key=value");
        }

        properties[assignment[..equals].Trim()] = assignment[(equals + 1)..].Trim();
    }

    private static bool EndsWithOpenBackslash(string line)
    {
        var count = 0;
        while (count < line.Length && line[line.Length - 1 - count] == '\\')
        {
            count++;
        }

        return count % 2 == 1;
    }

    private static void AddProperty(Dictionary<string, string> properties, string line, int number)
    {
        var end = 0;
        while (end < line.Length && line[end] is not ('=' or ':' or ' ' or '\t' or '\f'))
        {
            end += line[end] == '\\' ? 2 : 1;
        }

        end = Math.Min(end, line.Length);
        var start = SkipBlanks(line, end);
        if (start < line.Length && line[start] is '=' or ':')
        {
            start = SkipBlanks(line, start + 1);
        }

        properties[Unescape(line.AsSpan(0, end), number)] = Unescape(line.AsSpan(start), number);
    }

    private static int SkipBlanks(string line, int position)
    {
        while (position < line.Length && line[position] is ' ' or '\t' or '\f')
        {
            position++;
        }

        return position;
    }

    private static string Unescape(ReadOnlySpan<char> text, int number)
    {
        if (!text.Contains('\\'))
        {
            return text.ToString();
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                result.Append(text[i]);
                continue;
            }

            i++;
            if (text[i] == 'u')
            {
                if (text.Length - i < 5 || !ushort.TryParse(text.Slice(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                {
                    throw new ConfigException($"line {number}: \\u must be followed by four hexadecimal digits");
                }

                result.Append((char)code);
                i += 4;
                continue;
            }

            result.Append(text[i] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', 'f' => '\f', var other => other });
        }

        return result.ToString();
    }
}
