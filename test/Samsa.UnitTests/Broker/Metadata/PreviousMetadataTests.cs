using System.Text;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Fuzz.Targets;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Files;
using Samsa.UnitTests.Architecture;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>What a directory knows that was made before its cluster was in ZooKeeper is carried over, once.</summary>
public sealed class PreviousMetadataTests
{
    private const string OldFile =
        """
        {"version":1,"clusterId":"AAAAAAAAAAAAAAAAAAAAAQ","nextProducerId":3000,"topics":[{"name":"a","id":"rz3ApmBrS52yyJLs1oJgpQ","partitions":[{"leaderEpoch":7,"partitionEpoch":3,"replicas":[1]},{"leaderEpoch":0,"partitionEpoch":0,"replicas":[1]}],"configs":{"retention.ms":"5"}}],"defaultBrokerConfigs":{"message.max.bytes":"7"},"brokerConfigs":{"1":{"message.max.bytes":"8"}},"groupConfigs":{"g":{"consumer.session.timeout.ms":"50000"}}}
        """;

    [Fact]
    public async Task The_file_of_a_single_node_is_carried_over_with_all_that_it_says()
    {
        var disk = MetadataHarness.NewDisk();
        disk.WriteFile("/data/samsa-metadata.json", Encoding.UTF8.GetBytes(OldFile));

        var metadata = await MetadataHarness.StartAsync(disk);
        var again = await MetadataHarness.StartAsync(disk);

        foreach (var known in (ZooKeeperClusterMetadata[])[metadata, again])
        {
            var topic = known.Current.FindTopic("a")!;
            Assert.Equal("rz3ApmBrS52yyJLs1oJgpQ", KafkaUuid.Format(topic.Id));
            Assert.Equal([7, 0], topic.Partitions.Select(static partition => partition.LeaderEpoch));
            Assert.Equal("5", topic.Configs["retention.ms"]);
            Assert.Equal("8", known.BrokerConfig.Values.Get("message.max.bytes"));
            Assert.Equal("7", known.Current.DefaultBrokerConfigs["message.max.bytes"]);
            Assert.Equal("50000", known.Current.GroupConfigs["g"]["consumer.session.timeout.ms"]);
        }

        Assert.Equal(3000, (await again.AllocateProducerIdsAsync()).First);
        Assert.False(disk.FileExists("/data/samsa-metadata.json"));
        Assert.True(disk.FileExists("/data/samsa-metadata.json.carried-over"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lost_connection_at_any_transaction_of_the_carrying_over_loses_nothing(bool answerIsLost)
    {
        for (var at = 0; at < 40; at++)
        {
            var disk = MetadataHarness.NewDisk();
            disk.WriteFile("/data/samsa-metadata.json", Encoding.UTF8.GetBytes(OldFile));
            var tree = MetadataHarness.TreeOf(disk);
            var left = at;
            bool Cuts(ZnodeWrite write) => left-- == 0;
            tree.Fault = answerIsLost ? null : Cuts;
            tree.LostAnswer = answerIsLost ? Cuts : null;

            var metadata = await MetadataHarness.StartAsync(disk);

            var topic = metadata.Current.FindTopic("a")!;
            Assert.Equal([1, 1], topic.Partitions.Select(static partition => partition.Leader));
            Assert.Equal([7, 0], topic.Partitions.Select(static partition => partition.LeaderEpoch));
            Assert.Equal("8", metadata.BrokerConfig.Values.Get("message.max.bytes"));
            Assert.Equal("50000", metadata.Current.GroupConfigs["g"]["consumer.session.timeout.ms"]);

            // A block whose answer was lost is never given out.
            Assert.Contains((await metadata.AllocateProducerIdsAsync()).First, (long[])[3000, 4000]);
        }
    }

    [Theory]
    [InlineData("\"topics\":[", "\"topics\":[null,", "a topic has no name")]
    [InlineData("\"name\":\"a\"", "\"name\":null", "a topic has no name")]
    [InlineData("\"name\":\"a\"", "\"name\":\"a/b\"", "'a/b'")]
    [InlineData("\"replicas\":[1]", "\"replicas\":null", "partition 0 of a has no replica")]
    [InlineData("\"partitions\":[", "\"partitions\":[null,", "partition 0 of a has no replica")]
    [InlineData("\"leaderEpoch\":7", "\"leaderEpoch\":-7", "leader epoch -7")]
    [InlineData("\"retention.ms\":\"5\"", "\"retention.ms\":\"{}\"", "retention.ms")]
    [InlineData("\"retention.ms\":\"5\"", "\"retention.ms\":null", "retention.ms of topic a is null")]
    [InlineData("\"brokerConfigs\":{\"1\"", "\"brokerConfigs\":{\"x\"", "'x' is no broker id")]
    [InlineData("\"message.max.bytes\":\"8\"", "\"message.max.bytes\":\"many\"", "broker 1: ")]
    public async Task A_file_that_no_broker_wrote_is_refused_with_what_is_wrong(string from, string to, string expected)
    {
        var disk = MetadataHarness.NewDisk();
        var path = $"{MetadataHarness.Directory}/{MetadataFile.Name}";
        Assert.Contains(from, OldFile, StringComparison.Ordinal);
        disk.WriteFile(path, Encoding.UTF8.GetBytes(OldFile.Replace(from, to, StringComparison.Ordinal)));

        var refused = await Assert.ThrowsAsync<StorageException>(() => MetadataHarness.OpenAsync(disk, [MetadataHarness.Directory]));

        Assert.Equal(path, refused.Path);
        Assert.Contains("The metadata file is damaged", refused.Message, StringComparison.Ordinal);
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copied_topic_directory_does_not_become_a_second_topic_with_the_same_id()
    {
        var disk = MetadataHarness.NewDisk();
        foreach (var name in (string[])["copy-0", "original-0"])
        {
            disk.WriteFile($"{MetadataHarness.Directory}/{name}/partition.metadata", "version: 0\ntopic_id: rz3ApmBrS52yyJLs1oJgpQ"u8.ToArray());
            disk.WriteFile($"{MetadataHarness.Directory}/{name}/leader-epoch-checkpoint", "0\n1\n2147483647 0\n"u8.ToArray());
        }

        var first = await MetadataHarness.StartAsync(disk);
        var second = await MetadataHarness.StartAsync(disk);

        Assert.Equal("copy", Assert.Single(first.Current.Topics.Keys));
        Assert.Equal("copy", Assert.Single(second.Current.TopicsById.Values).Name);
        Assert.Equal(int.MaxValue, second.Current.FindTopic("copy")!.Partitions[0].LeaderEpoch);
    }

    [Theory]
    [InlineData("{", "The metadata file is damaged")]
    [InlineData("{\"version\":2}", "The metadata file has version 2; this Samsa reads versions up to 1")]
    [InlineData("{\"topics\":[{\"name\":\"a\",\"id\":\"x\"}]}", "id of topic a")]
    [InlineData("{\"topics\":[{\"name\":\"a\",\"id\":\"AAAAAAAAAAAAAAAAAAAAAQ\",\"partitions\":[{}]}]}", "partition 0 of a has no replica")]
    public async Task A_damaged_file_is_named_and_never_overwritten(string content, string reason)
    {
        var disk = MetadataHarness.NewDisk();
        disk.WriteFile("/data/samsa-metadata.json", Encoding.UTF8.GetBytes(content));

        var failure = await Assert.ThrowsAsync<StorageException>(() => MetadataHarness.OpenAsync(disk, [MetadataHarness.Directory]));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal(content, Encoding.UTF8.GetString(disk.ReadAllBytes("/data/samsa-metadata.json")));
    }

    [Fact]
    public async Task Metadata_of_another_cluster_is_refused()
    {
        var disk = MetadataHarness.NewDisk();
        disk.WriteFile("/data/samsa-metadata.json", "{\"clusterId\":\"BBBBBBBBBBBBBBBBBBBBBQ\"}"u8.ToArray());

        await Assert.ThrowsAsync<ConfigException>(() => MetadataHarness.OpenAsync(disk, [MetadataHarness.Directory]));
    }

    [Theory]
    [InlineData(1_048_575, false)]
    [InlineData(2_000_000, true)]
    public async Task A_node_that_the_servers_do_not_take_is_named(int juteMaxBuffer, bool isTaken)
    {
        var stage = new Znodes.ZnodeStage();
        stage.Tree.Fault = write => write.Operations.Any(operation => operation.Data?.Length > juteMaxBuffer);
        var topic = new TopicImage(
            "large",
            Guid.NewGuid(),
            [.. Enumerable.Range(0, 1000).Select(static partition => new PartitionImage(partition, 0, 0, 0, [.. Enumerable.Repeat(2_000_000_000, 100)], [0]))],
            new Dictionary<string, string>());
        Task<ZooKeeperClusterMetadata> OpenAsync() =>
            stage.OpenAsync(change: options => options with { CarriedOver = new Samsa.Broker.Metadata.Coordination.CarriedOver { Topics = [topic] } });

        if (isTaken)
        {
            await using var metadata = await OpenAsync();
            Assert.Equal(1000, metadata.Current.FindTopic("large")!.Partitions.Count);
            return;
        }

        var wrong = await Assert.ThrowsAsync<ConfigException>(OpenAsync);
        Assert.StartsWith("/brokers/topics/large needs 11", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("-Djute.maxbuffer=1", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kafka-3.9.2-zk")]
    [InlineData("kafka-4.3.1")]
    public async Task Topics_that_apache_kafka_wrote_are_adopted(string sample)
    {
        var own = Directory.CreateTempSubdirectory("samsa-adopt-");
        try
        {
            var metadata = await MetadataHarness.OpenAsync(
                PhysicalFileSystem.Instance, new MemoryZnodes(TimeProvider.System), [own.FullName, Repository.PathOf($"test/Samsa.UnitTests/TestData/{sample}")]);

            Assert.Contains("plain", metadata.Current.Topics.Keys);
            Assert.DoesNotContain("__cluster_metadata", metadata.Current.Topics.Keys);
            Assert.Equal("compact", metadata.Current.FindTopic("__consumer_offsets")!.Configs["cleanup.policy"]);
            var metadataFile = Repository.PathOf($"test/Samsa.UnitTests/TestData/{sample}/plain-0/partition.metadata");
            if (File.Exists(metadataFile))
            {
                Assert.EndsWith(KafkaUuid.Format(metadata.Current.FindTopic("plain")!.Id), File.ReadAllText(metadataFile), StringComparison.Ordinal);
            }
        }
        finally
        {
            own.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("t-0", "t", 0)]
    [InlineData("a-b-12", "a-b", 12)]
    [InlineData("t", null, 0)]
    [InlineData("-1", null, 0)]
    [InlineData("t-x", null, 0)]
    [InlineData("t-0.0123456789abcdef-delete", null, 0)]
    [InlineData("t-0.0123456789abcdef-future", null, 0)]
    [InlineData("t-0.0123456789abcdef-stray", null, 0)]
    [InlineData("__cluster_metadata-0", null, 0)]
    [InlineData("t-2000000000", null, 0)]
    public void Only_partition_directories_are_adopted(string directory, string? topic, int partition) =>
        Assert.Equal(topic == null ? null : (topic, partition), TopicAdoption.ParseDirectoryName(directory));

    [Fact]
    public void The_cluster_id_and_broker_id_come_from_meta_properties()
    {
        var disk = MetadataHarness.NewDisk();
        disk.WriteFile("/data/meta.properties", "#\n#Sat Nov 21\nbroker.id=5\nversion=0\ncluster.id=xtzWWN4bTjitpL3kfd9s5g\n"u8.ToArray());

        Assert.Equal(new BrokerIdentity(5, "xtzWWN4bTjitpL3kfd9s5g"), BrokerIdentity.Resolve(disk, Config()));
        Assert.Contains(
            "set broker.id=5", Assert.Throws<ConfigException>(() => BrokerIdentity.Resolve(disk, Config("broker.id=3"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_meta_properties_the_cluster_id_is_new_and_the_broker_id_0()
    {
        var identity = BrokerIdentity.Resolve(MetadataHarness.NewDisk(), Config());

        Assert.Equal(0, identity.BrokerId);
        Assert.Equal(22, identity.ClusterId.Length);
    }

    private static BrokerConfig Config(params string[] lines) =>
        BrokerConfig.Create(PropertiesFile.Parse(string.Join('\n', ["log.dirs=/data", .. lines])));
}
