using System.Globalization;
using Xunit;

namespace Samsa.InteropTests.Sizes;

/// <summary>How large these tests are: small unless an environment variable SAMSA_SIZE_... asks for more (CONTRIBUTING.md).</summary>
internal static class Sizes
{
    public static int Of(string name, int unlessAsked) =>
        Environment.GetEnvironmentVariable("SAMSA_SIZE_" + name) is { } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : unlessAsked;

    /// <summary>A line that shows with -showLiveOutput.</summary>
    public static void Say(FormattableString text) =>
        TestContext.Current.TestOutputHelper?.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
