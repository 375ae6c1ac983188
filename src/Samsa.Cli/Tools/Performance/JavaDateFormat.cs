using System.Globalization;
using System.Text;

namespace Samsa.Cli.Tools.Performance;

/// <summary>
/// Times by a pattern of letters as Java's SimpleDateFormat takes it, in local time, in English. Served are <c>y M d D H k K h m s S E u a z Z X</c>
/// and text in quotes.
/// </summary>
internal sealed class JavaDateFormat
{
    private const int HoursPerHalfDay = 12;
    private const int HoursPerDay = 24;
    private const string Letters = "yMdDHkKhmsSEuazZX";

    private readonly List<(char Letter, int Count, string Text)> _parts = [];

    /// <exception cref="ToolException">A letter means nothing.</exception>
    public JavaDateFormat(string pattern)
    {
        for (int i = 0; i < pattern.Length;)
        {
            char letter = pattern[i];
            int end = i + 1;
            if (letter == '\'')
            {
                i = ReadQuoted(pattern, i);
                continue;
            }

            if (!char.IsAsciiLetter(letter))
            {
                _parts.Add(('\0', 0, letter.ToString()));
                i = end;
                continue;
            }

            if (!Letters.Contains(letter, StringComparison.Ordinal))
                throw new ToolException($"Illegal pattern character '{letter}'");
            while (end < pattern.Length && pattern[end] == letter)
                end++;
            _parts.Add((letter, end - i, ""));
            i = end;
        }
    }

    /// <summary>The text of a time in ms since 1970.</summary>
    public string Format(long milliseconds)
    {
        var zone = TimeProvider.System.LocalTimeZone;
        var time = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), zone);
        var text = new StringBuilder();
        foreach (var (letter, count, literal) in _parts)
            text.Append(letter == '\0' ? literal : Part(time, zone, letter, count));
        return text.ToString();
    }

    private static string Part(DateTimeOffset time, TimeZoneInfo zone, char letter, int count) => letter switch
    {
        'y' => count == 2 ? Number(time.Year % 100, 2) : Number(time.Year, count),
        'M' when count > 2 => Name(time, count > 3 ? "MMMM" : "MMM"),
        'M' => Number(time.Month, count),
        'd' => Number(time.Day, count),
        'D' => Number(time.DayOfYear, count),
        'H' => Number(time.Hour, count),
        'k' => Number(time.Hour == 0 ? HoursPerDay : time.Hour, count),
        'K' => Number(time.Hour % HoursPerHalfDay, count),
        'h' => Number((time.Hour + HoursPerHalfDay - 1) % HoursPerHalfDay + 1, count),
        'm' => Number(time.Minute, count),
        's' => Number(time.Second, count),
        'S' => Number(time.Millisecond, count),
        'E' => Name(time, count > 3 ? "dddd" : "ddd"),
        'u' => Number(time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek, count),
        'a' => time.Hour < HoursPerHalfDay ? "AM" : "PM",
        'z' => zone.IsDaylightSavingTime(time) ? zone.DaylightName : zone.StandardName,
        'X' when time.Offset == TimeSpan.Zero => "Z",
        'X' when count == 1 => Name(time, "zz"),
        'X' when count == 3 => Name(time, "zzz"),
        _ => Name(time, "zzz").Replace(":", "", StringComparison.Ordinal),
    };

    private static string Number(int value, int digits) => value.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');

    private static string Name(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);

    // Two quotes are one.
    private int ReadQuoted(string pattern, int start)
    {
        if (start + 1 < pattern.Length && pattern[start + 1] == '\'')
        {
            _parts.Add(('\0', 0, "'"));
            return start + 2;
        }

        var text = new StringBuilder();
        for (int i = start + 1; i < pattern.Length; i++)
        {
            if (pattern[i] != '\'')
            {
                text.Append(pattern[i]);
            }
            else if (i + 1 < pattern.Length && pattern[i + 1] == '\'')
            {
                text.Append(pattern[i++]);
            }
            else
            {
                _parts.Add(('\0', 0, text.ToString()));
                return i + 1;
            }
        }

        throw new ToolException("Unterminated quote");
    }
}
