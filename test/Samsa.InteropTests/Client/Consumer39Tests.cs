using Xunit;

namespace Samsa.InteropTests.Client;

/// <summary>On Apache Kafka 3.9.</summary>
public sealed class Consumer39Tests() : ConsumerInteropTests("kafka-3.9")
{
    [Fact]
    public Task Transactions_of_confluent_kafka_are_read() => TransactionsAreReadAsync();
}
