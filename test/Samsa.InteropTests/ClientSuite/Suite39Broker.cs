namespace Samsa.InteropTests.ClientSuite;

public sealed class Suite39Broker() : SuiteBroker("kafka-3.9");
