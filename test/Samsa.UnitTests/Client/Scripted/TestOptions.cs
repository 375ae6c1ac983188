using Samsa.Client.Configuration;

namespace Samsa.UnitTests.Client.Scripted;

/// <summary>Options of no client in particular.</summary>
internal sealed class TestOptions : ClientOptions
{
    private static readonly OptionTable<TestOptions> Keys = new("a test");

    private protected override IOptionTable Table => Keys;
}
