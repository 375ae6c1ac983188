using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Client.Hosting;
using Samsa.Client.Producer;
using Samsa.Client.Serialization;
using Samsa.UnitTests.Client.Diagnostics;
using Xunit;

namespace Samsa.UnitTests.Client.Hosting;

/// <summary>Clients as services of a program.</summary>
public sealed class KafkaServicesTests
{
    [Fact]
    public async Task Clients_are_single_services_that_end_with_the_provider()
    {
        KafkaProducer producer;
        KafkaConsumer<string, string> consumer;
        await using (var provider = new ServiceCollection()
            .AddKafkaProducer<string, string>(Serializers.Utf8, Serializers.Utf8, o => o.BootstrapServers = "a:1")
            .AddKafkaProducer<long, string>(Serializers.Int64, Serializers.Utf8)
            .AddKafkaConsumer<string, string>(Deserializers.Utf8, Deserializers.Utf8, o => o.BootstrapServers = "a:1")
            .AddKafkaConsumer(o => o.ClientId = "raw")
            .AddKafkaAdmin(o => o.BootstrapServers = "a:1")
            .BuildServiceProvider())
        {
            producer = provider.GetRequiredService<KafkaProducer>();
            Assert.Same(producer, provider.GetRequiredService<KafkaProducer<string, string>>().Raw);
            Assert.Same(producer, provider.GetRequiredService<KafkaProducer<long, string>>().Raw);
            consumer = provider.GetRequiredService<KafkaConsumer<string, string>>();
            Assert.Same(consumer, provider.GetRequiredService<KafkaConsumer<string, string>>());
            Assert.NotNull(provider.GetRequiredService<KafkaConsumer>());
            Assert.Same(provider.GetRequiredService<KafkaAdmin>(), provider.GetRequiredService<KafkaAdmin>());
            Assert.NotNull(provider.GetRequiredService<KafkaHealthCheck>());
        }

        Assert.Throws<ObjectDisposedException>(() => producer.TrySend("t", default, default));
        Assert.Throws<ObjectDisposedException>(() => consumer.Unassign());
    }

    [Fact]
    public async Task Named_clients_have_options_of_their_own()
    {
        await using var provider = new ServiceCollection()
            .AddKafkaProducer(o => o.BootstrapServers = "a:1")
            .AddKafkaProducer(o => o.BootstrapServers = "b:1", "other")
            .AddKafkaAdmin(o => o.BootstrapServers = "b:1", "other")
            .BuildServiceProvider();
        var monitor = provider.GetRequiredService<IOptionsMonitor<ProducerOptions>>();

        Assert.NotSame(provider.GetRequiredService<KafkaProducer>(), provider.GetRequiredKeyedService<KafkaProducer>("other"));
        Assert.Equal(("a:1", "b:1"), (monitor.CurrentValue.BootstrapServers, monitor.Get("other").BootstrapServers));
        Assert.NotNull(provider.GetRequiredKeyedService<KafkaHealthCheck>("other"));
        Assert.Null(provider.GetService<KafkaAdmin>());
    }

    [Fact]
    public async Task Log_lines_and_the_clock_come_from_the_provider()
    {
        var lines = new LogLines();
        var time = new OtherTime();
        await using var provider = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(lines)
            .AddSingleton<TimeProvider>(time)
            .AddKafkaConsumer(o => o.BootstrapServers = "a:1")
            .BuildServiceProvider();

        var options = provider.GetRequiredService<IOptionsMonitor<ConsumerOptions>>().CurrentValue;

        Assert.Same(lines, options.LoggerFactory);
        Assert.Same(time, options.TimeProvider);
    }

    [Fact]
    public async Task Options_that_cannot_work_are_told_before_a_client_is_made()
    {
        await using var provider = new ServiceCollection()
            .AddKafkaProducer(o =>
            {
                o.BootstrapServers = "a:1";
                o.Acks = Acks.Leader;
                o.EnableIdempotence = true;
            })
            .BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());

        Assert.Equal("enable.idempotence is true, which needs acks=all; acks is 1.", failure.Message);
        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<KafkaProducer>());
    }

    private sealed class OtherTime : TimeProvider;
}
