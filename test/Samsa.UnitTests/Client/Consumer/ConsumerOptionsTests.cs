using Samsa.Client;
using Samsa.Client.Configuration;
using Samsa.Client.Consumer;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer;

public sealed class ConsumerOptionsTests
{
    [Fact]
    public void Set_takes_every_key_of_Kafkas_consumer_by_name()
    {
        var options = new ConsumerOptions();
        options.Set(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = "a:1",
            ["group.id"] = "g",
            ["auto.offset.reset"] = "earliest",
            ["isolation.level"] = "read_committed",
            ["fetch.min.bytes"] = "2",
            ["fetch.max.wait.ms"] = "3",
            ["fetch.max.bytes"] = "4",
            ["max.partition.fetch.bytes"] = "5",
            ["queued.max.messages.kbytes"] = "6",
            ["max.poll.records"] = "7",
            ["check.crcs"] = "false",
            ["allow.auto.create.topics"] = "false",
            ["client.rack"] = "r",
            ["default.api.timeout.ms"] = "8",
            ["enable.auto.commit"] = "true",
            ["group.protocol"] = "classic",
            ["group.instance.id"] = "i",
            ["session.timeout.ms"] = "9",
            ["heartbeat.interval.ms"] = "10",
            ["max.poll.interval.ms"] = "11",
            ["exclude.internal.topics"] = "false",
            ["internal.leave.group.on.close"] = "false",
            ["partition.assignment.strategy"] = "org.apache.kafka.clients.consumer.RangeAssignor, cooperative-sticky,roundrobin,sticky",
            ["key.deserializer"] = "org.apache.kafka.common.serialization.StringDeserializer",
        });

        Assert.Equal("g", options.GroupId);
        Assert.Equal(AutoOffsetReset.Earliest, options.AutoOffsetReset);
        Assert.Equal(IsolationLevel.ReadCommitted, options.IsolationLevel);
        Assert.Equal((2, 4, 5, 6 * 1024L, 7), (options.FetchMinBytes, options.FetchMaxBytes, options.MaxPartitionFetchBytes, options.QueuedMaxBytes, options.MaxPollRecords));
        Assert.Equal((TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(8)), (options.FetchMaxWait, options.DefaultApiTimeout));
        Assert.Equal(
            (9, 10, 11), (options.SessionTimeout.TotalMilliseconds, options.HeartbeatInterval.TotalMilliseconds, options.MaxPollInterval.TotalMilliseconds));
        Assert.Equal(
            ("i", false, false, GroupProtocol.Classic),
            (options.GroupInstanceId, options.ExcludeInternalTopics, options.LeaveGroupOnClose, options.GroupProtocol));
        Assert.Equal(["range", "cooperative-sticky", "roundrobin", "sticky"], options.PartitionAssignmentStrategy.Select(make => make().Name));
        Assert.Equal((false, false, "r"), (options.CheckCrcs, options.AllowAutoCreateTopics, options.ClientRack));
    }

    [Theory]
    [InlineData("auto.offset.reset", "middle")]
    [InlineData("group.protocol", "share")]
    [InlineData("partition.assignment.strategy", "fair")]
    [InlineData("session.timeout.ms", "45s")]
    [InlineData("isolation.level", "serializable")]
    [InlineData("fetch.min.byte", "1")]
    [InlineData("max.poll.records", "many")]
    public void Set_refuses_what_it_does_not_know(string key, string value) =>
        Assert.Equal(key, Assert.Throws<ClientConfigException>(() => new ConsumerOptions().Set(key, value)).Key);

    [Theory]
    [InlineData("consumer", "session.timeout.ms", "45000")]
    [InlineData("consumer", "heartbeat.interval.ms", "3000")]
    [InlineData("consumer", "partition.assignment.strategy", "range")]
    [InlineData("classic", "group.remote.assignor", "uniform")]
    public void A_group_protocol_refuses_what_it_would_not_obey(string protocol, string key, string value)
    {
        var options = new ConsumerOptions { BootstrapServers = "a:1", GroupId = "g" };
        options.Set("group.protocol", protocol);
        options.Set(key, value);

        Assert.Equal(key, Assert.Throws<ClientConfigException>(() => new KafkaConsumer(options)).Key);
    }

    [Theory]
    [InlineData("max.poll.records", "0")]
    [InlineData("fetch.max.bytes", "0")]
    [InlineData("fetch.max.wait.ms", "-1")]
    [InlineData("queued.max.messages.kbytes", "0")]
    [InlineData("partition.assignment.strategy", "")]
    [InlineData("partition.assignment.strategy", "range,org.apache.kafka.clients.consumer.RangeAssignor")]
    [InlineData("session.timeout.ms", "0")]
    [InlineData("max.poll.interval.ms", "0")]
    [InlineData("max.poll.interval.ms", "3000000000")]
    [InlineData("heartbeat.interval.ms", "45000")]
    [InlineData("group.instance.id", "")]
    public void A_consumer_refuses_what_cannot_work(string key, string value)
    {
        var options = new ConsumerOptions { BootstrapServers = "a:1", GroupId = "g" };
        options.Set(key, value);

        Assert.Equal(key, Assert.Throws<ClientConfigException>(() => new KafkaConsumer(options)).Key);
    }
}
