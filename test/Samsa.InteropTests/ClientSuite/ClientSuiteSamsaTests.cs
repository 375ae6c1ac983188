using Xunit;

namespace Samsa.InteropTests.ClientSuite;

/// <summary>On the broker under test.</summary>
public sealed class ClientSuiteSamsaTests(SuiteSamsaBroker broker) : ClientSuiteTests(broker), IClassFixture<SuiteSamsaBroker>;
