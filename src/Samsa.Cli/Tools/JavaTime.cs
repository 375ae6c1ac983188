using System.Globalization;
using System.Text.RegularExpressions;

namespace Samsa.Cli.Tools;

/// <summary>Times and durations as the options of Kafka's tools have them. Mistakes are told by the words and classes of Java, which scripts may know.</summary>
internal static partial class JavaTime
{
    /// <summary>Reads <c>YYYY-MM-DDTHH:mm:SS.sss</c>, UTC unless <c>Z</c> or an offset such as <c>+02:00</c> follows.</summary>
    /// <returns>ms since 1970.</returns>
    /// <exception cref="FormatException">It is no such time.</exception>
    public static long ParseTime(string text)
    {
        if (text.Split('T') is not [_, { } clock, ..] || clock.Length == 0)
            throw new FormatException("java.text.ParseException: Error parsing timestamp. It does not contain a 'T' according to ISO8601 format");
        string complete = clock.AsSpan().ContainsAny('+', '-', 'Z') ? text : text + "Z";
        var match = Time().Match(complete);
        try
        {
            if (match.Success)
            {
                int At(int group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
                var local = new DateTime(At(1), At(2), At(3), At(4), At(5), At(6), At(7), DateTimeKind.Unspecified);
                var zone = match.Groups[8].Value == "Z" ? TimeSpan.Zero
                    : new TimeSpan(At(10), match.Groups[11].Success ? At(11) : 0, 0) * (match.Groups[9].Value == "-" ? -1 : 1);
                return (long)(local - DateTime.UnixEpoch - zone).TotalMilliseconds;
            }
        }
        catch (ArgumentOutOfRangeException)
        {
            // A month 13, an hour 25.
        }

        throw new FormatException($"java.text.ParseException: Unparseable date: \"{complete}\"");
    }

    /// <summary>Reads a duration of ISO 8601 in days, hours, minutes and seconds, of which each may be negative: <c>P1DT2H3M4.5S</c>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static TimeSpan ParseDuration(string text)
    {
        var match = Duration().Match(text);
        if (!match.Success || !match.Groups.Values.Skip(2).Any(g => g.Success))
            throw new FormatException("Text cannot be parsed to a Duration");
        try
        {
            decimal At(int group) => match.Groups[group].Success
                ? decimal.Parse(match.Groups[group].Value.Replace(',', '.'), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
                : 0;
            decimal seconds = (((((At(2) * 24) + At(3)) * 60) + At(4)) * 60) + At(5);
            return TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond * (match.Groups[1].Value == "-" ? -1 : 1)));
        }
        catch (OverflowException)
        {
            throw new FormatException("Text cannot be parsed to a Duration");
        }
    }

    [GeneratedRegex(@"^([0-9]{1,4})-([0-9]{1,2})-([0-9]{1,2})T([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})\.([0-9]{1,3})(Z|([+-])([0-9]{2}):?([0-9]{2})?)")]
    private static partial Regex Time();

    [GeneratedRegex(@"^([-+]?)P(?:([-+]?[0-9]+)D)?(?:T(?=[-+0-9])(?:([-+]?[0-9]+)H)?(?:([-+]?[0-9]+)M)?(?:([-+]?[0-9]+(?:[.,][0-9]{0,9})?)S)?)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Duration();
}
