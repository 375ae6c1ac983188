using Xunit;

namespace Samsa.InteropTests.Differential;

public sealed class ToolOutput39Tests(DifferentialPair39 pair) : ToolOutputTests(pair), IClassFixture<DifferentialPair39>;
