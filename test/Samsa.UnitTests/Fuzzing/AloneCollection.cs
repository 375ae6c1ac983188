using Xunit;

namespace Samsa.UnitTests.Fuzzing;

/// <summary>Tests that keep the collector busy: they run with no other test beside them, since some of those count what they allocate.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}
