using System.Globalization;

namespace Samsa.Broker.Configuration;

/// <summary>Numbers as Java prints them: clients compare the texts of DescribeConfigs.</summary>
internal static class JavaNumbers
{
    /// <summary>The shortest text of a double, always with a fraction; with an exponent below 0.001 and from ten million on.</summary>
    public static string ToText(double value)
    {
        var magnitude = Math.Abs(value);
        if (magnitude is 0 or (>= 1e-3 and < 1e7))
        {
            var plain = value.ToString("0.0################", CultureInfo.InvariantCulture);
            return double.Parse(plain, CultureInfo.InvariantCulture).Equals(value) ? plain : value.ToString("R", CultureInfo.InvariantCulture);
        }

        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        }

        var text = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
        var digits = new string([.. shortest.Split('E')[0].Where(char.IsAsciiDigit)]).TrimStart('0').TrimEnd('0');
        return $"{(value < 0 ? "-" : "")}{digits[..1]}.{(digits.Length > 1 ? digits[1..] : "0")}E{exponent.ToString(CultureInfo.InvariantCulture)}";
    }
}
