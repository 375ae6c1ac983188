namespace Samsa.InteropTests.Admin;

public sealed class Kafka39AdminBroker() : AdminBroker("kafka-3.9");
