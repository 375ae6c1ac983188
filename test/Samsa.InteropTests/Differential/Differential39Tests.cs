using Xunit;

namespace Samsa.InteropTests.Differential;

public sealed class Differential39Tests(DifferentialPair39 pair) : DifferentialTests(pair), IClassFixture<DifferentialPair39>;
