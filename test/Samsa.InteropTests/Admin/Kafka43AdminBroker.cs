namespace Samsa.InteropTests.Admin;

public sealed class Kafka43AdminBroker() : AdminBroker("kafka-4.3");
