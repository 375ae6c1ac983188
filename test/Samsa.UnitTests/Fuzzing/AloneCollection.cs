using Xunit;

namespace Samsa.UnitTests.Fuzzing;

/// <summary>Tests that keep the collector busy, and tests that count every byte they allocate: they run with no other test beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}
