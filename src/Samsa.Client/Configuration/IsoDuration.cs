using System.Globalization;
using System.Text.RegularExpressions;

namespace Samsa.Client.Configuration;

/// <summary>Durations as ISO 8601 and Java's <c>Duration</c> write them: days, hours, minutes and seconds, such as <c>P1DT2H3M4.5S</c>.</summary>
internal static partial class IsoDuration
{
    /// <summary>The duration; null for text that is none, a negative one, or one that is too long.</summary>
    public static TimeSpan? TryParse(ReadOnlySpan<char> text)
    {
        var match = Pattern().Match(text.ToString());
        if (!match.Success)
        {
            return null;
        }

        var seconds = 0m;
        for (var (group, factors) = (1, new[] { 86400m, 3600m, 60m, 1m }); group <= factors.Length; group++)
        {
            if (match.Groups[group] is { Success: true, ValueSpan: var part })
            {
                if (part.Length > 18)
                {
                    return null;
                }

                seconds += decimal.Parse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * factors[group - 1];
            }
        }

        return seconds <= (decimal)TimeSpan.MaxValue.TotalSeconds - 1 ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)) : null;
    }

    // At least one part; a T only before hours, minutes or seconds.
    [GeneratedRegex(@"^P(?=\d|T\d)(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{0,9})?)S)?)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
