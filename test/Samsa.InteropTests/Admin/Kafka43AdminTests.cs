using Xunit;

namespace Samsa.InteropTests.Admin;

public sealed class Kafka43AdminTests(Kafka43AdminBroker broker) : AdminTests(broker), IClassFixture<Kafka43AdminBroker>;
