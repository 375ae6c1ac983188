using Samsa.Client.Configuration;
using Samsa.Client.Producer;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Client.Producer;

public sealed class ProducerOptionsTests
{
    private readonly ProducerOptions _options = new() { BootstrapServers = "a:1" };

    [Theory]
    [InlineData("acks", "1", "acks=all")]
    [InlineData("acks", "0", "acks=all")]
    [InlineData("max.in.flight.requests.per.connection", "6", "at most 5")]
    [InlineData("retries", "0", "retries is 0")]
    public void Idempotence_that_is_asked_for_and_cannot_be_is_an_error_that_says_why(string key, string value, string reason)
    {
        _options.Set(key, value);
        _options.Validate();
        Assert.False(_options.EnableIdempotence);

        _options.Set("enable.idempotence", "true");
        var failure = Assert.Throws<ClientConfigException>(_options.Validate);

        Assert.Equal("enable.idempotence", failure.Key);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_are_those_of_Kafka_4()
    {
        _options.Validate();

        Assert.True(_options.EnableIdempotence);
        Assert.Equal((Acks.All, 5.0, 16384, 33554432L), (_options.Acks, _options.Linger.TotalMilliseconds, _options.BatchSize, _options.BufferMemory));
        Assert.Equal((60_000.0, 120_000.0), (_options.MaxBlock.TotalMilliseconds, _options.DeliveryTimeout.TotalMilliseconds));
        Assert.Equal((1048576, int.MaxValue, 5), (_options.MaxRequestSize, _options.Retries, _options.MaxInFlightRequestsPerConnection));
    }

    [Fact]
    public void Kafkas_keys_set_the_properties()
    {
        _options.Set(new Dictionary<string, string>
        {
            ["acks"] = "-1",
            ["linger.ms"] = "20",
            ["batch.size"] = "1000",
            ["buffer.memory"] = "5000000000",
            ["compression.type"] = "zstd",
            ["compression.zstd.level"] = "-5",
            ["delivery.timeout.ms"] = "40000",
            ["key.serializer"] = "org.apache.kafka.common.serialization.StringSerializer",
        });
        _options.Validate();

        Assert.Equal((Acks.All, 20.0, 1000, 5_000_000_000), (_options.Acks, _options.Linger.TotalMilliseconds, _options.BatchSize, _options.BufferMemory));
        Assert.Equal((CompressionType.Zstd, -5), (_options.CompressionType, _options.CompressionLevel));
    }

    [Theory]
    [InlineData("delivery.timeout.ms", "1000", "linger.ms plus request.timeout.ms")]
    [InlineData("compression.gzip.level", "10", "no such level")]
    [InlineData("batch.size", "-1", "at least 0")]
    public void Values_that_cannot_work_are_refused(string key, string value, string reason)
    {
        _options.Set(key, value);

        var failure = Assert.Throws<ClientConfigException>(_options.Validate);

        Assert.Equal(key, failure.Key);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }
}
