using Xunit;

namespace Samsa.InteropTests.ClientSuite;

/// <summary>On Apache Kafka 4.3.</summary>
public sealed class ClientSuite43Tests(Suite43Broker broker) : ClientSuiteTests(broker), IClassFixture<Suite43Broker>;
