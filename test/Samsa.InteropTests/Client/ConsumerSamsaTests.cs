using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.Client;

/// <summary>On the broker under test, which has no transactions yet.</summary>
public sealed class ConsumerSamsaTests() : ConsumerInteropTests(TestBroker.Target);
