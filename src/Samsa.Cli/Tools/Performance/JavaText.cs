using System.Globalization;

namespace Samsa.Cli.Tools.Performance;

/// <summary>Numbers as Java prints them.</summary>
internal static class JavaText
{
    /// <summary>A number of 64 bits in its shortest form; a whole one has a fraction too.</summary>
    public static string Of(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return double.IsInteger(value) && !text.Contains('E', StringComparison.Ordinal) ? text + ".0" : text;
    }
}
