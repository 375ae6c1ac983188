using Xunit;

namespace Samsa.InteropTests.Differential;

public sealed class Differential43Tests(DifferentialPair43 pair) : DifferentialTests(pair), IClassFixture<DifferentialPair43>;
