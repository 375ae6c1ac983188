using Samsa.Cli.Tools;
using Samsa.Cli.Tools.Performance;
using Xunit;

namespace Samsa.UnitTests.Cli.Performance;

public sealed class JavaDateFormatTests
{
    // 2026-11-21 00:42:46.059 UTC, a Saturday.
    private const long Time = 1795221766059;

    [Theory]
    [InlineData("yyyy-MM-dd HH:mm:ss:SSS", "2026-11-21 00:42:46:059")]
    [InlineData("yy.M.d H:m:s.S", "26.11.21 0:42:46.59")]
    [InlineData("EEE, d MMM yyyy hh:mm a", "Sat, 21 Nov 2026 12:42 AM")]
    [InlineData("EEEE MMMM k K D", "Saturday November 24 0 325")]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss''XXX", "2026-11-21T00:42:46'Z")]
    [InlineData("'o''clock' Z", "o'clock +0000")]
    public void Format_has_the_letters_of_Java(string pattern, string expected)
    {
        Assert.SkipUnless(TimeProvider.System.LocalTimeZone.BaseUtcOffset == TimeSpan.Zero, "expects the time zone UTC");

        Assert.Equal(expected, new JavaDateFormat(pattern).Format(Time));
    }

    [Theory]
    [InlineData("yyyy-bb")]
    [InlineData("'open")]
    public void A_pattern_that_means_nothing_is_refused(string pattern) =>
        Assert.Throws<ToolException>(() => new JavaDateFormat(pattern));
}
