using Samsa.Broker.Metadata;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata.Znodes;

/// <summary>
/// What each operation writes, transaction by transaction in the order of Apache Kafka 3.9.2 (as measured in its transaction log); where
/// a line differs, the test says why.
/// </summary>
public sealed class WrittenTransactionsTests
{
    private const string Broker0 =
        """{"features":{},"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},"endpoints":["PLAINTEXT://127.0.0.1:9000"],"jmx_port":-1,"port":9000,"host":"127.0.0.1","version":5,"timestamp":"5000"}""";

    private readonly ZnodeStage _stage = new();

    [Fact]
    public async Task First_start_of_a_broker()
    {
        await _stage.StartAsync();

        Assert.Equal(
            [
                "create /consumers = null", "create /brokers = null", "create /brokers/ids = null", "create /brokers/topics = null",
                "create /config = null", "create /config/changes = null", "create /admin = null", "create /admin/delete_topics = null",
                "create /brokers/seqid = null", "create /isr_change_notification = null", "create /latest_producer_id_block = null",
                "create /log_dir_event_notification = null", "create /config/topics = null", "create /config/clients = null",
                "create /config/users = null", "create /config/brokers = null", "create /config/ips = null", "create /cluster = null",
                """create /cluster/id = {"version":"1","id":"9bv89sO9Rse1OqkbvF8S8A"}""",
                $$"""multi{ create /brokers/ids/0 EPH = null ; set /brokers/ids/0 = {{Broker0}} -> v1 }""",
                "create /controller_epoch = 0",
                """multi{ create /controller EPH = {"version":2,"brokerid":0,"timestamp":"5000","kraftControllerEpoch":-1} ; set /controller_epoch = 1 -> v1 }""",
                """create /feature = {"features":{},"version":2,"status":1}""",
            ],
            _stage.News());
    }

    [Fact]
    public async Task Topic_is_created_grows_and_is_deleted()
    {
        var metadata = await _stage.StartAsync();
        _stage.News();

        await metadata.CreateAsync(new NewTopic("foo", 2, 1));
        var topic = metadata.Current.FindTopic("foo")!;
        Assert.Equal(
            [
                """multi{ check /controller v0 ; set /config/topics/foo = {"version":1,"config":{}} }  (NoNode)""",
                """create /config/topics/foo = {"version":1,"config":{}}""",
                """create /brokers/topics/foo = {"partitions":{"0":[0],"1":[0]},"topic_id":"ID","adding_replicas":{},"removing_replicas":{},"version":3}""",
                "multi{ check /controller_epoch v1 ; create /brokers/topics/foo/partitions = null }",
                "multi{ check /controller_epoch v1 ; create /brokers/topics/foo/partitions/0 = null }",
                "multi{ check /controller_epoch v1 ; create /brokers/topics/foo/partitions/1 = null }",
                """multi{ check /controller_epoch v1 ; create /brokers/topics/foo/partitions/0/state = {"controller_epoch":1,"leader":0,"version":1,"leader_epoch":0,"isr":[0]} }""",
                """multi{ check /controller_epoch v1 ; create /brokers/topics/foo/partitions/1/state = {"controller_epoch":1,"leader":0,"version":1,"leader_epoch":0,"isr":[0]} }""",
            ],
            _stage.News(topic));

        await metadata.CreatePartitionsAsync([new NewPartitions("foo", 3)], validateOnly: false);
        Assert.Equal(
            [
                """set /brokers/topics/foo = {"partitions":{"0":[0],"1":[0],"2":[0]},"topic_id":"ID","adding_replicas":{},"removing_replicas":{},"version":3} -> v1""",
                "multi{ check /controller_epoch v1 ; create /brokers/topics/foo/partitions = null }  (NodeExists)",
                "multi{ check /controller_epoch v1 ; create /brokers/topics/foo/partitions/2 = null }",
                """multi{ check /controller_epoch v1 ; create /brokers/topics/foo/partitions/2/state = {"controller_epoch":1,"leader":0,"version":1,"leader_epoch":0,"isr":[0]} }""",
            ],
            _stage.News(topic));

        await metadata.DeleteTopicsAsync(["foo"]);
        Assert.Equal(
            [
                "create /admin/delete_topics/foo = null",
                .. Enumerable.Range(0, 3).Select(i =>
                    $$"""multi{ check /controller_epoch v1 ; set /brokers/topics/foo/partitions/{{i}}/state = {"controller_epoch":1,"leader":-1,"version":1,"leader_epoch":1,"isr":[0]} -> v1 }"""),
                .. Enumerable.Range(0, 3).SelectMany(i => (string[])
                [
                    $$"""multi{ check /controller_epoch v1 ; delete /brokers/topics/foo/partitions/{{i}}/state }""",
                    $$"""multi{ check /controller_epoch v1 ; delete /brokers/topics/foo/partitions/{{i}} }""",
                ]),
                "multi{ check /controller_epoch v1 ; delete /brokers/topics/foo/partitions }",
                "multi{ check /controller_epoch v1 ; delete /brokers/topics/foo }",
                "multi{ check /controller_epoch v1 ; delete /config/topics/foo }",
                "multi{ check /controller_epoch v1 ; delete /admin/delete_topics/foo }",
            ],
            _stage.News(topic));
        Assert.Null(metadata.Current.FindTopic("foo"));
    }

    [Fact]
    public async Task Values_of_topics_and_brokers()
    {
        var metadata = await _stage.StartAsync();
        await metadata.CreateAsync(new NewTopic("foo", 1, 1, Configs: [new("retention.ms", "5"), new("cleanup.policy", "compact,delete")]));
        Assert.Contains("""create /config/topics/foo = {"version":1,"config":{"cleanup.policy":"compact,delete","retention.ms":"5"}}""", _stage.News());

        await metadata.AlterAsync(ConfigResourceType.Topic, "foo", ("retention.ms", ConfigOperation.Set, "1000"), ("cleanup.policy", ConfigOperation.Delete, null));
        await metadata.AlterAsync(ConfigResourceType.Topic, "foo", ("retention.ms", ConfigOperation.Delete, null));
        await metadata.AlterAsync(ConfigResourceType.Broker, "", ("log.retention.ms", ConfigOperation.Set, "7200000"));
        await metadata.AlterAsync(ConfigResourceType.Broker, "0", ("background.threads", ConfigOperation.Set, "12"));
        await metadata.AlterAsync(ConfigResourceType.Broker, "0", ("background.threads", ConfigOperation.Set, "13"));

        Assert.Equal(
            [
                """multi{ check /controller v0 ; set /config/topics/foo = {"version":1,"config":{"retention.ms":"1000"}} -> v1 }""",
                """create /config/changes/config_change_0000000000 = {"version":2,"entity_path":"topics/foo"}""",
                """multi{ check /controller v0 ; set /config/topics/foo = {"version":1,"config":{}} -> v2 }""",
                """create /config/changes/config_change_0000000001 = {"version":2,"entity_path":"topics/foo"}""",
                """multi{ check /controller v0 ; set /config/brokers/<default> = {"version":1,"config":{"log.retention.ms":"7200000"}} }  (NoNode)""",
                """create /config/brokers/<default> = {"version":1,"config":{"log.retention.ms":"7200000"}}""",
                """create /config/changes/config_change_0000000002 = {"version":2,"entity_path":"brokers/<default>"}""",
                """multi{ check /controller v0 ; set /config/brokers/0 = {"version":1,"config":{"background.threads":"12"}} }  (NoNode)""",
                """create /config/brokers/0 = {"version":1,"config":{"background.threads":"12"}}""",
                """create /config/changes/config_change_0000000003 = {"version":2,"entity_path":"brokers/0"}""",
                """multi{ check /controller v0 ; set /config/brokers/0 = {"version":1,"config":{"background.threads":"13"}} -> v1 }""",
                """create /config/changes/config_change_0000000004 = {"version":2,"entity_path":"brokers/0"}""",
            ],
            _stage.News());
        Assert.Equal("7200000", metadata.BrokerConfig.Values.Get("log.retention.ms"));
        Assert.Equal("13", metadata.BrokerConfig.Values.Get("background.threads"));
    }

    [Fact]
    public async Task Producer_ids()
    {
        var metadata = await _stage.StartAsync();
        _stage.News();

        Assert.Equal(new ProducerIdBlock(0, 1000), await metadata.AllocateProducerIdsAsync());
        Assert.Equal(new ProducerIdBlock(1000, 1000), await metadata.AllocateProducerIdsAsync());

        Assert.Equal(
            [
                """set /latest_producer_id_block = {"version":1,"broker":0,"block_start":"0","block_end":"999"} -> v1""",
                """set /latest_producer_id_block = {"version":1,"broker":0,"block_start":"1000","block_end":"1999"} -> v2""",
            ],
            _stage.News());
    }

    [Fact]
    public async Task Second_broker_comes_goes_and_comes_again()
    {
        await _stage.StartAsync();
        _stage.News();
        var second = await _stage.StartAsync(1);
        Assert.StartsWith(
            "multi{ create /brokers/ids/1 EPH = null ; set /brokers/ids/1 = {", Assert.Single(_stage.News(), Succeeded), StringComparison.Ordinal);
        await second.CreateAsync(new NewTopic("on1", Assignments: [new ReplicaAssignment(0, [1])]));
        await ZnodeStage.UntilAsync(second, image => image.FindPartition("on1", 0) is { Leader: 1 });
        _stage.News();

        await second.DisposeAsync();
        var first = _stage.Tree;
        await WaitFor(() => first.Log.Any(line => line.Contains("on1", StringComparison.Ordinal)));
        Assert.Equal(
            [
                "session closed: /brokers/ids/1",
                """multi{ check /controller_epoch v1 ; set /brokers/topics/on1/partitions/0/state = {"controller_epoch":1,"leader":-1,"version":1,"leader_epoch":1,"isr":[1]} -> v1 }""",
            ],
            _stage.News());

        await _stage.StartAsync(1);
        await WaitFor(() => first.Log.Any(line => line.Contains("on1", StringComparison.Ordinal)));
        Assert.Equal(
            """multi{ check /controller_epoch v1 ; set /brokers/topics/on1/partitions/0/state = {"controller_epoch":1,"leader":1,"version":1,"leader_epoch":2,"isr":[1]} -> v2 }""",
            _stage.News()[^1]);
    }

    [Fact]
    public async Task The_controller_goes_and_the_next_one_takes_over()
    {
        var first = await _stage.StartAsync();
        var second = await _stage.StartAsync(1);
        await first.CreateAsync(new NewTopic("on0", Assignments: [new ReplicaAssignment(0, [0])]));
        _stage.News();

        await first.DisposeAsync();
        await ZnodeStage.UntilAsync(second, image => image.ControllerId == 1 && image.FindPartition("on0", 0) is { Leader: -1 });

        Assert.Equal(
            [
                "session closed: /brokers/ids/0",
                "session closed: /controller",
                """multi{ create /controller EPH = {"version":2,"brokerid":1,"timestamp":"5000","kraftControllerEpoch":-1} ; set /controller_epoch = 2 -> v2 }""",
                """multi{ check /controller_epoch v2 ; set /brokers/topics/on0/partitions/0/state = {"controller_epoch":2,"leader":-1,"version":1,"leader_epoch":1,"isr":[0]} -> v1 }""",
            ],
            _stage.News().Where(Succeeded));
    }

    // Failed ones have their error at the end: what is there already is made again.
    private static bool Succeeded(string line) => !line.EndsWith(')');

    private static async Task WaitFor(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 100_000, "it did not come");
            await Task.Yield();
        }
    }
}
