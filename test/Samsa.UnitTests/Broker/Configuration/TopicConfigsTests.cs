using Samsa.Broker.Configuration;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Broker.Configuration;

public sealed class TopicConfigsTests
{
    [Fact]
    public void Without_any_value_storage_gets_its_own_defaults() => Assert.Equal(LogConfig.Default, LogConfigOf([]));

    [Theory]
    [InlineData("log.retention.hours=2", 7_200_000)]
    [InlineData("log.retention.hours=2\nlog.retention.minutes=3", 180_000)]
    [InlineData("log.retention.hours=2\nlog.retention.minutes=3\nlog.retention.ms=4", 4)]
    [InlineData("log.retention.hours=-1", -1)]
    public void Retention_takes_the_finest_unit_that_is_set(string file, long expected) =>
        Assert.Equal(expected, LogConfigOf(file.Split('\n')).RetentionMs);

    [Fact]
    public void Roll_jitter_and_flush_fall_back_in_the_same_way()
    {
        var hours = LogConfigOf(["log.roll.hours=1", "log.roll.jitter.hours=2", "log.flush.scheduler.interval.ms=77"]);
        var precise = LogConfigOf(["log.roll.hours=1", "log.roll.ms=5", "log.roll.jitter.hours=2", "log.roll.jitter.ms=6", "log.flush.interval.ms=7"]);

        Assert.Equal((3_600_000, 7_200_000, 77), (hours.SegmentMs, hours.SegmentJitterMs, hours.FlushMs));
        Assert.Equal((5, 6, 7), (precise.SegmentMs, precise.SegmentJitterMs, precise.FlushMs));
    }

    [Fact]
    public void A_topics_own_values_win()
    {
        var config = LogConfigOf(
            ["log.retention.ms=1", "compression.type=gzip", "log.cleanup.policy=compact"],
            ("retention.ms", "2"), ("compression.type", "zstd"), ("cleanup.policy", "delete,compact"), ("message.timestamp.type", "LogAppendTime"));

        Assert.Equal(2, config.RetentionMs);
        Assert.Equal(CompressionType.Zstd, config.Compression);
        Assert.True(config.Compact && config.Delete);
        Assert.Equal(TimestampType.LogAppendTime, config.TimestampType);
    }

    [Theory]
    [InlineData("uncompressed", CompressionType.None)]
    [InlineData("gzip", CompressionType.Gzip)]
    [InlineData("snappy", CompressionType.Snappy)]
    [InlineData("lz4", CompressionType.Lz4)]
    [InlineData("zstd", CompressionType.Zstd)]
    public void Every_codec_has_its_name(string name, CompressionType codec) =>
        Assert.Equal(codec, LogConfigOf([], ("compression.type", name)).Compression);

    [Fact]
    public void Compaction_lags_must_not_contradict_each_other()
    {
        var wrong = Assert.Throws<ConfigException>(() => TopicConfigs.ValidateTogether(
            BrokerConfig.Create([]).Values,
            new Dictionary<string, string> { ["min.compaction.lag.ms"] = "5", ["max.compaction.lag.ms"] = "1" }));

        Assert.Equal("conflict topic config setting min.compaction.lag.ms (5) > max.compaction.lag.ms (1)", wrong.Message);
    }

    private static LogConfig LogConfigOf(string[] file, params (string Name, string Value)[] own) => TopicConfigs.ToLogConfig(
        BrokerConfigTests.Create(file).Values, own.ToDictionary(pair => pair.Name, pair => pair.Value));
}
