namespace Samsa.InteropTests.ClientSuite;

public sealed class Suite43Broker() : SuiteBroker("kafka-4.3");
