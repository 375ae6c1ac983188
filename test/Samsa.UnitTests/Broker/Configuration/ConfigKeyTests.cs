using Samsa.Broker.Configuration;
using Xunit;

namespace Samsa.UnitTests.Broker.Configuration;

/// <summary>Values and error texts are those that Apache Kafka 4.3.1 answers to CreateTopics.</summary>
public sealed class ConfigKeyTests
{
    public static IEnumerable<ConfigKey> All => [.. ConfigKeys.Broker, .. ConfigKeys.Topic, .. ConfigKeys.Group];

    [Theory]
    [InlineData("retention.ms", " 5 ", "5")]
    [InlineData("retention.ms", "+7", "7")]
    [InlineData("preallocate", "TRUE", "true")]
    [InlineData("cleanup.policy", " delete , compact ", "delete,compact")]
    [InlineData("cleanup.policy", "delete,delete", "delete")]
    [InlineData("cleanup.policy", "", "")]
    [InlineData("min.cleanable.dirty.ratio", "1", "1.0")]
    [InlineData("min.cleanable.dirty.ratio", "0.50", "0.5")]
    [InlineData("compression.gzip.level", "-1", "-1")]
    [InlineData("leader.replication.throttled.replicas", "*", "*")]
    [InlineData("leader.replication.throttled.replicas", "0:1,1:1", "0:1,1:1")]
    [InlineData("message.format.version", "3.0", "3.0")]
    public void Normalize_of_a_valid_value_gives_its_normal_form(string key, string raw, string expected) =>
        Assert.Equal(expected, TopicConfigs.Validate(key, raw));

    [Theory]
    [InlineData("no.such", "1", "Unknown topic config name: no.such")]
    [InlineData("retention.ms", "abc", "Invalid value abc for configuration retention.ms: Not a number of type LONG")]
    [InlineData("retention.ms", "", "Invalid value  for configuration retention.ms: Not a number of type LONG")]
    [InlineData("retention.ms", "-5", "Invalid value -5 for configuration retention.ms: Value must be at least -1")]
    [InlineData("segment.bytes", "99999999999", "Invalid value 99999999999 for configuration segment.bytes: Not a number of type INT")]
    [InlineData("preallocate", "yes", "Invalid value yes for configuration preallocate: Expected value to be either true or false")]
    [InlineData("cleanup.policy", "nope", "Invalid value nope for configuration cleanup.policy: String must be one of: compact, delete")]
    [InlineData("cleanup.policy", "delete,", "Configuration 'cleanup.policy' values must not be empty.")]
    [InlineData("compression.type", "ZSTD", "Invalid value ZSTD for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer")]
    [InlineData("compression.gzip.level", "0", "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 and 9 or equal to -1")]
    [InlineData("compression.lz4.level", "0", "Invalid value 0 for configuration compression.lz4.level: Value must be at least 1")]
    [InlineData("compression.zstd.level", "23", "Invalid value 23 for configuration compression.zstd.level: Value must be no more than 22")]
    [InlineData("min.cleanable.dirty.ratio", "1.5", "Invalid value 1.5 for configuration min.cleanable.dirty.ratio: Value must be no more than 1")]
    [InlineData("min.cleanable.dirty.ratio", "x", "Invalid value x for configuration min.cleanable.dirty.ratio: Not a number of type DOUBLE")]
    [InlineData("leader.replication.throttled.replicas", "a", "Invalid value [a] for configuration leader.replication.throttled.replicas: leader.replication.throttled.replicas must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...")]
    public void Normalize_of_a_wrong_value_says_what_is_allowed(string key, string raw, string message) =>
        Assert.Equal(message, Assert.Throws<ConfigException>(() => TopicConfigs.Validate(key, raw)).Message);

    [Fact]
    public void Every_default_is_valid_and_in_normal_form() =>
        Assert.All(All.Where(key => key.DefaultValue != null), key => Assert.Equal(key.DefaultValue, key.Normalize(key.DefaultValue!)));

    [Fact]
    public void Every_broker_key_of_a_topic_or_group_exists_and_has_the_same_default()
    {
        var values = BrokerConfig.Create([]).Values;

        Assert.All(All, key =>
        {
            Assert.All(key.BrokerKeys, link => Assert.NotNull(ConfigKeys.Find(ConfigScope.Broker, link.Name)));
            Assert.Equal(key.DefaultValue, TopicConfigs.Value(values, new Dictionary<string, string>(), key));
        });
    }

    [Fact]
    public void Every_key_with_effect_says_what_it_does() =>
        Assert.All(All.Where(key => key.HasEffect), key => Assert.False(string.IsNullOrEmpty(key.Documentation), key.Name));

    [Fact]
    public void The_tables_know_what_both_kafkas_report()
    {
        // Counted with DescribeConfigs on Apache Kafka: 315 broker keys in 3.9.2 and 340 in 4.3.1, 36 and 33 of topics, 17 of groups.
        Assert.Equal(315, Count(ConfigKeys.Broker, ConfigTraits.OnlyInKafka43));
        Assert.Equal(340, Count(ConfigKeys.Broker, ConfigTraits.OnlyInKafka39));
        Assert.Equal(36, Count(ConfigKeys.Topic, ConfigTraits.OnlyInKafka43));
        Assert.Equal(33, Count(ConfigKeys.Topic, ConfigTraits.OnlyInKafka39));
        Assert.Equal(17, ConfigKeys.Group.Count);

        static int Count(IReadOnlyList<ConfigKey> keys, ConfigTraits without) =>
            keys.Count(key => (key.Traits & (without | ConfigTraits.Internal | ConfigTraits.OwnedBySamsa)) == 0);
    }

    [Theory]
    [InlineData("log.retention.hour", "log.retention.hours")]
    [InlineData("listners", "listeners")]
    [InlineData("advertised.listener", "advertised.listeners")]
    [InlineData("log.rteention.ms", "log.retention.ms")]
    [InlineData("something.entirely.different", null)]
    public void Nearest_finds_the_key_that_was_meant(string typed, string? meant) =>
        Assert.Equal(meant, ConfigKeys.Nearest(ConfigScope.Broker, typed));

    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(1, "1.0")]
    [InlineData(0.05, "0.05")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.0001, "1.0E-4")]
    [InlineData(1234567.5, "1234567.5")]
    [InlineData(12345678, "1.2345678E7")]
    [InlineData(-2.5e10, "-2.5E10")]
    [InlineData(double.MaxValue, "1.7976931348623157E308")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Doubles_are_printed_as_java_prints_them(double value, string text) => Assert.Equal(text, JavaNumbers.ToText(value));
}
