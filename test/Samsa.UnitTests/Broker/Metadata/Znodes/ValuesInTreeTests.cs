using Microsoft.Extensions.Logging;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Znodes;
using Samsa.UnitTests.Broker.Network;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata.Znodes;

/// <summary>Values that others write into the tree, where nobody checks them.</summary>
public sealed class ValuesInTreeTests
{
    private readonly ZnodeStage _stage = new();
    private readonly ListLogger _logger = new();

    [Fact]
    public async Task An_invalid_value_leaves_the_last_good_one_and_after_a_start_the_default()
    {
        var first = await StartAsync();
        await first.CreateAsync(new NewTopic("t", 1, 1, Configs: [new("retention.ms", "5")]));
        Change("topics/t", """{"retention.ms":"abc","segment.ms":" 7 ","not.known":"x","cleanup.policy":"shred"}""");
        var topic = (await ZnodeStage.UntilAsync(first, static image => image.FindTopic("t")!.Configs.Count > 1)).FindTopic("t")!;
        Assert.Equal(["not.known=x", "retention.ms=5", "segment.ms=7"], Texts(topic.Configs));
        Assert.Equal(
            [
                "/config/topics/t: cleanup.policy is not obeyed: Invalid value shred for configuration cleanup.policy: String must be one of: compact, delete; the default holds",
                "/config/topics/t: retention.ms is not obeyed: Invalid value abc for configuration retention.ms: Not a number of type LONG; 5 holds",
            ],
            Complaints());
        await first.DisposeAsync();

        var second = await StartAsync();

        Assert.Equal(["not.known=x", "segment.ms=7"], Texts(second.Current.FindTopic("t")!.Configs));
        Assert.Contains("; the default holds", Complaints()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_brokers_that_cannot_be_set_there_do_not_count()
    {
        var metadata = await StartAsync();

        Change("brokers/0", """{"log.dirs":"/elsewhere","ssl.keystore.location":"/k","message.max.bytes":"7","my.own":"x"}""");
        Change("brokers/<default>", """{"broker.id":"9","listener.name.a.ssl.keystore.location":"/k","log.retention.ms":"8"}""");

        var image = await ZnodeStage.UntilAsync(metadata, static image => image.DefaultBrokerConfigs.Count > 0);
        Assert.Equal(["message.max.bytes=7", "my.own=x"], Texts(image.ConfigsOfBroker(0)));
        Assert.Contains("log.retention.ms=8", Texts(image.DefaultBrokerConfigs));
        Assert.DoesNotContain("broker.id", image.DefaultBrokerConfigs.Keys);
        Assert.NotEqual("/elsewhere", metadata.BrokerConfig.Values.Get("log.dirs"));
        Assert.Equal("7", metadata.BrokerConfig.Values.Get("message.max.bytes"));
        Assert.Equal("8", metadata.BrokerConfig.Values.Get("log.retention.ms"));
        Assert.Contains("/config/brokers/0: log.dirs is not obeyed: it can be set in the properties file only", Complaints());
        Assert.Contains("/config/brokers/0: ssl.keystore.location is not obeyed: it can be set for single listeners only", Complaints());
    }

    [Fact]
    public async Task An_invalid_value_of_brokers_or_a_group_does_not_take_the_others_with_it()
    {
        var metadata = await StartAsync();
        Change("brokers/<default>", """{"log.retention.ms":"many","message.max.bytes":"7"}""");
        Change("brokers/0", """{"background.threads":"0","num.io.threads":"9"}""");
        Change("groups/g", """{"consumer.session.timeout.ms":"long","consumer.heartbeat.interval.ms":"6000"}""");

        await ZnodeStage.UntilAsync(metadata, static image => image.GroupConfigs.ContainsKey("g"));

        Assert.Equal(["message.max.bytes=7"], Texts(metadata.Current.DefaultBrokerConfigs));
        Assert.Equal(["num.io.threads=9"], Texts(metadata.Current.ConfigsOfBroker(0)));
        Assert.Equal(["consumer.heartbeat.interval.ms=6000"], Texts(metadata.Current.GroupConfigs["g"]));
        Assert.Equal("7", metadata.BrokerConfig.Values.Get("message.max.bytes"));
        Assert.Equal(3, Complaints().Count);
    }

    private static List<string> Texts(IReadOnlyDictionary<string, string> values) =>
        [.. values.Select(static pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)];

    private Task<ZooKeeperClusterMetadata> StartAsync() => _stage.StartAsync(change: options => options with { Logger = _logger });

    private List<string> Complaints() =>
        [.. _logger.Lines.Where(static line => line.Level == LogLevel.Error).Select(static line => line.Text).Distinct().Order(StringComparer.Ordinal)];

    private void Change(string entity, string values)
    {
        var data = System.Text.Encoding.UTF8.GetBytes($$"""{"version":1,"config":{{values}}}""");
        var path = "/config/" + entity;
        _stage.Tree.Do(ZnodeOperation.Create(path[..path.LastIndexOf('/')]));
        _stage.Tree.Do(ZnodeOperation.Create(path, data));
        _stage.Tree.Do(ZnodeOperation.Set(path, data));
        _stage.Tree.Do(ZnodeOperation.CreateSequential(ZnodePaths.ConfigChangePrefix, ConfigChangeZnode.Encode(entity)));
    }
}
