using Xunit;

namespace Samsa.UnitTests.Client.Diagnostics;

/// <summary>Who listens, listens to every client of the process: such tests run when no others do.</summary>
[CollectionDefinition(nameof(ListeningTests), DisableParallelization = true)]
public sealed class ListeningTests;
