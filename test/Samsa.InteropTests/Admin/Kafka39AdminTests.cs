using Xunit;

namespace Samsa.InteropTests.Admin;

public sealed class Kafka39AdminTests(Kafka39AdminBroker broker) : AdminTests(broker), IClassFixture<Kafka39AdminBroker>;
