using Xunit;

namespace Samsa.InteropTests.ClientSuite;

/// <summary>On Apache Kafka 3.9.</summary>
public sealed class ClientSuite39Tests(Suite39Broker broker) : ClientSuiteTests(broker), IClassFixture<Suite39Broker>;
