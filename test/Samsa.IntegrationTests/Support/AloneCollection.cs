using Xunit;

namespace Samsa.IntegrationTests.Support;

/// <summary>Tests that look at the whole process: they run one after the other, with no other test beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}
