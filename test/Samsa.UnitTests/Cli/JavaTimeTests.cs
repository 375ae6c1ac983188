using Samsa.Cli.Tools;
using Xunit;

namespace Samsa.UnitTests.Cli;

/// <summary>Times and durations in options, with what Java makes of them.</summary>
public sealed class JavaTimeTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:00.000", 0)]
    [InlineData("2026-11-26T08:30:15.250", 1795681815250)]
    [InlineData("2026-11-26T08:30:15.250Z", 1795681815250)]
    [InlineData("2026-11-26T10:30:15.250+02:00", 1795681815250)]
    [InlineData("2026-11-26T03:00:15.250-05:30", 1795681815250)]
    [InlineData("2026-11-26T10:30:15.250+0200", 1795681815250)]
    [InlineData("2026-11-26T10:30:15.250+02", 1795681815250)]
    [InlineData("2024-02-29T00:00:00.000", 1709164800000)]
    public void A_time_is_utc_unless_it_says_otherwise(string text, long expected) => Assert.Equal(expected, JavaTime.ParseTime(text));

    [Theory]
    [InlineData("yesterday", "java.text.ParseException: Error parsing timestamp. It does not contain a 'T' according to ISO8601 format")]
    [InlineData("2035-01-01", "java.text.ParseException: Error parsing timestamp. It does not contain a 'T' according to ISO8601 format")]
    [InlineData("2035-01-01T00:00", "java.text.ParseException: Unparseable date: \"2035-01-01T00:00Z\"")]
    [InlineData("2035-13-01T00:00:00.000", "java.text.ParseException: Unparseable date: \"2035-13-01T00:00:00.000Z\"")]
    [InlineData("2035-02-30T00:00:00.000", "java.text.ParseException: Unparseable date: \"2035-02-30T00:00:00.000Z\"")]
    [InlineData("2035-01-01T25:00:00.000", "java.text.ParseException: Unparseable date: \"2035-01-01T25:00:00.000Z\"")]
    public void What_is_no_time_is_refused_in_the_words_of_Java(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => JavaTime.ParseTime(text)).Message);

    [Theory]
    [InlineData("PT1H", 3600)]
    [InlineData("P1DT2H3M4S", 93784)]
    [InlineData("pt-5m", -300)]
    [InlineData("-PT5M", -300)]
    [InlineData("P-1DT1H", -82800)]
    [InlineData("PT0.5S", 0.5)]
    [InlineData("PT1,5S", 1.5)]
    public void A_duration_has_days_hours_minutes_and_seconds(string text, double seconds) =>
        Assert.Equal(seconds, JavaTime.ParseDuration(text).TotalSeconds);

    [Theory]
    [InlineData("P1")]
    [InlineData("P")]
    [InlineData("PT")]
    [InlineData("1H")]
    [InlineData("P1H")]
    [InlineData("PT1D")]
    [InlineData("P1Y")]
    [InlineData("PT99999999999999999999H")]
    public void What_is_no_duration_is_refused(string text) =>
        Assert.Equal("Text cannot be parsed to a Duration", Assert.Throws<FormatException>(() => JavaTime.ParseDuration(text)).Message);
}
