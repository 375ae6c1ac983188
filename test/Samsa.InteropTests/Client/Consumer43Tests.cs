using Xunit;

namespace Samsa.InteropTests.Client;

/// <summary>On Apache Kafka 4.3.</summary>
public sealed class Consumer43Tests() : ConsumerInteropTests("kafka-4.3")
{
    [Fact]
    public Task Transactions_of_confluent_kafka_are_read() => TransactionsAreReadAsync();
}
