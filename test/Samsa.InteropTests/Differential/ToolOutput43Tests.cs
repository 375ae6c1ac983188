using Xunit;

namespace Samsa.InteropTests.Differential;

public sealed class ToolOutput43Tests(DifferentialPair43 pair) : ToolOutputTests(pair), IClassFixture<DifferentialPair43>;
