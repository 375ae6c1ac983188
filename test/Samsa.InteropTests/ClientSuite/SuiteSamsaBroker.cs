using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.ClientSuite;

public sealed class SuiteSamsaBroker() : SuiteBroker(TestBroker.Target);
