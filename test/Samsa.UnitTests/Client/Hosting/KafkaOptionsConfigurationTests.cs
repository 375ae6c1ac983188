using System.Reflection;
using System.Text;
using Microsoft.Extensions.Configuration;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Client.Configuration;
using Samsa.Client.Consumer;
using Samsa.Client.Hosting;
using Samsa.Client.Producer;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Client.Hosting;

/// <summary>Options out of appsettings.json, by the names of properties and by Kafka's keys.</summary>
public sealed class KafkaOptionsConfigurationTests
{
    [Fact]
    public void Bind_takes_properties_and_keys_of_Kafka()
    {
        var options = new ProducerOptions { BatchSize = 7 }.Bind(Json(
            """
            {
              "BootstrapServers": ["a:1", "b:2"],
              "Linger": "00:00:00.250",
              "acks": "All",
              "CompressionType": "zstd",
              "compression.zstd.level": "9",
              "BufferMemory": 1234567890123,
              "EnableIdempotence": true,
              "delivery.timeout.ms": 60000
            }
            """));

        Assert.Equal("a:1,b:2", options.BootstrapServers);
        Assert.Equal(TimeSpan.FromMilliseconds(250), options.Linger);
        Assert.Equal((Acks.All, CompressionType.Zstd, 9), (options.Acks, options.CompressionType, options.CompressionZstdLevel));
        Assert.Equal((1234567890123, true, TimeSpan.FromMinutes(1), 7), (options.BufferMemory, options.EnableIdempotence, options.DeliveryTimeout, options.BatchSize));
    }

    [Fact]
    public void Bind_knows_the_values_of_enums_by_both_names()
    {
        Assert.Equal(Acks.None, new ProducerOptions().Bind(Json("""{"Acks": "0"}""")).Acks);
        Assert.Equal(Acks.Leader, new ProducerOptions().Bind(Json("""{"Acks": "Leader"}""")).Acks);
        Assert.Equal(IsolationLevel.ReadCommitted, new ConsumerOptions().Bind(Json("""{"IsolationLevel": "ReadCommitted"}""")).IsolationLevel);
        Assert.Equal(IsolationLevel.ReadCommitted, new ConsumerOptions().Bind(Json("""{"isolation.level": "read_committed"}""")).IsolationLevel);
    }

    [Theory]
    [InlineData("""{"Kafka": {"Linker": "00:00:01"}}""", "Kafka:Linker: 'Linker' is no option of a producer; did you mean 'Linger'?")]
    [InlineData("""{"Kafka": {"linger.sm": "1"}}""", "Kafka:linger.sm: 'linger.sm' is no key of a producer; did you mean 'linger.ms'?")]
    [InlineData("""{"Kafka": {"Linger": 5000}}""", "Kafka:Linger: Linger is '5000'; it must be a time such as 00:00:05 or 00:00:00.250.")]
    [InlineData("""{"Kafka": {"BatchSize": "big"}}""", "Kafka:BatchSize: BatchSize is 'big'; it must be a 32-bit integer.")]
    [InlineData("""{"Kafka": {"Acks": "two"}}""", "Kafka:Acks: Acks is 'two'; it must be one of all, -1, 0, 1, None, Leader.")]
    public void Bind_says_where_and_what_is_wrong(string json, string message) =>
        Assert.Equal(message, Assert.Throws<ClientConfigException>(() => new ProducerOptions().Bind(Json(json).GetSection("Kafka"))).Message);

    [Theory]
    [InlineData(typeof(ProducerOptions))]
    [InlineData(typeof(ConsumerOptions))]
    [InlineData(typeof(AdminOptions))]
    public void Every_property_that_text_can_say_is_bindable(Type type)
    {
        Type[] objects = [typeof(TimeProvider), typeof(Microsoft.Extensions.Logging.ILoggerFactory), typeof(IPartitioner), typeof(DeliveryFailedHandler)];
        var options = (ClientOptions)Activator.CreateInstance(type)!;
        var settable = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite && !objects.Any(o => o.IsAssignableFrom(p.PropertyType)))
            .Select(p => p.Name);

        Assert.Equal(settable.Order(StringComparer.Ordinal), options.SettableNames.Order(StringComparer.Ordinal));
    }

    private static IConfigurationRoot Json(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
}
