using System.Diagnostics;
using System.Text;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Files;
using Samsa.UnitTests.Architecture;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

public sealed class LocalClusterMetadataTests
{
    [Fact]
    public async Task Everything_is_there_again_after_a_restart_and_leader_epochs_have_grown()
    {
        var disk = MetadataHarness.NewDisk();
        var first = await MetadataHarness.StartAsync(disk);
        await first.CreateTopicsAsync(
            [new NewTopic("a", 3, 1, Configs: [new("retention.ms", "5")]), new NewTopic("b", 1, 1)], validateOnly: false);
        await first.AlterAsync(ConfigResourceType.Broker, "", ("message.max.bytes", ConfigOperation.Set, "7"));
        await first.AlterAsync(ConfigResourceType.Broker, "1", ("message.max.bytes", ConfigOperation.Set, "8"));
        await first.AlterAsync(ConfigResourceType.Group, "g", ("consumer.session.timeout.ms", ConfigOperation.Set, "50000"));

        var second = await MetadataHarness.StartAsync(disk);

        Assert.Equal(["a", "b"], second.Current.Topics.Keys.Order());
        var before = first.Current.FindTopic("a")!;
        var after = second.Current.FindTopic("a")!;
        Assert.Equal(before.Id, after.Id);
        Assert.Equal(before.Configs, after.Configs);
        Assert.Equal([1, 1, 1], after.Partitions.Select(partition => partition.LeaderEpoch));
        Assert.Equal("8", second.BrokerConfig.Values.Get("message.max.bytes"));
        Assert.Equal("7", second.Current.DefaultBrokerConfigs["message.max.bytes"]);
        Assert.Equal("50000", second.Current.GroupConfigs["g"]["consumer.session.timeout.ms"]);
        Assert.Equal(MetadataHarness.ClusterId, second.Current.ClusterId);
    }

    [Theory]
    [InlineData("\"topics\":[", "\"topics\":[null,", "a topic has no name")]
    [InlineData("\"name\":\"a\"", "\"name\":null", "a topic has no name")]
    [InlineData("\"name\":\"a\"", "\"name\":\"a/b\"", "'a/b'")]
    [InlineData("\"replicas\":[1]", "\"replicas\":null", "partition 0 of a has no replica")]
    [InlineData("\"partitions\":[", "\"partitions\":[null,", "partition 0 of a has no replica")]
    [InlineData("\"leaderEpoch\":0", "\"leaderEpoch\":-7", "leader epoch -7")]
    [InlineData("\"retention.ms\":\"5\"", "\"retention.ms\":\"{}\"", "retention.ms")]
    [InlineData("\"retention.ms\":\"5\"", "\"retention.ms\":null", "retention.ms of topic a is null")]
    [InlineData("\"brokerConfigs\":{\"1\"", "\"brokerConfigs\":{\"x\"", "'x' is no broker id")]
    [InlineData("\"message.max.bytes\":\"8\"", "\"message.max.bytes\":\"many\"", "broker 1: ")]
    public async Task A_file_that_no_broker_wrote_is_refused_with_what_is_wrong(string from, string to, string expected)
    {
        var disk = MetadataHarness.NewDisk();
        var first = await MetadataHarness.StartAsync(disk);
        await first.CreateTopicsAsync([new NewTopic("a", 1, 1, Configs: [new("retention.ms", "5")])], validateOnly: false);
        await first.AlterAsync(ConfigResourceType.Broker, "1", ("message.max.bytes", ConfigOperation.Set, "8"));
        var path = $"{MetadataHarness.Directory}/{MetadataFile.Name}";
        var text = Encoding.UTF8.GetString(disk.ReadAllBytes(path));
        Assert.Contains(from, text, StringComparison.Ordinal);
        disk.WriteFile(path, Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal)));

        var refused = Assert.Throws<StorageException>(() => MetadataHarness.Open(disk, [MetadataHarness.Directory]));

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
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_power_cut_at_any_write_loses_nothing_that_was_answered(int seed)
    {
        var random = new Random(seed);
        var disk = MetadataHarness.NewDisk();
        disk.FlushDirectory("/");
        var expected = new HashSet<string>();
        for (var round = 0; round < 30; round++)
        {
            var metadata = await MetadataHarness.StartAsync(disk);
            Assert.Equal(expected.Order(), metadata.Current.Topics.Keys.Order());
            var left = random.Next(1, 6);
            disk.Fault = (_, path) => path.Contains("samsa-metadata", StringComparison.Ordinal) && left-- <= 0 ? "power cut" : null;
            var maybe = $"t{round}";
            try
            {
                await metadata.CreateAsync(new NewTopic(maybe, 1, 1));
                expected.Add(maybe);
            }
            catch (StorageException)
            {
                // Not answered: it may be there after the restart, or not.
            }

            disk.Fault = null;
            disk.Crash(random);
            if (!expected.Contains(maybe) && MetadataHarness.Open(disk, [MetadataHarness.Directory]).Current.FindTopic(maybe) != null)
            {
                expected.Add(maybe);
            }
        }

        Assert.NotEmpty(expected);
    }

    [Fact]
    public async Task A_failed_write_leaves_the_old_state_and_the_next_one_succeeds()
    {
        var disk = MetadataHarness.NewDisk();
        var metadata = await MetadataHarness.StartAsync(disk);
        disk.Fault = (_, _) => "no space";

        await Assert.ThrowsAsync<StorageException>(() => metadata.CreateAsync(new NewTopic("a", 1, 1)));
        Assert.Null(metadata.Current.FindTopic("a"));

        disk.Fault = null;
        Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("a", 1, 1)));
        Assert.NotNull((await MetadataHarness.StartAsync(disk)).Current.FindTopic("a"));
    }

    [Fact]
    public async Task Listeners_have_heard_of_a_change_before_it_is_answered()
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk());
        var deltas = new List<MetadataDelta>();
        metadata.Changed += (_, _) => throw new InvalidOperationException("a broken listener harms nobody");
        metadata.Changed += (image, delta) =>
        {
            Assert.Same(image, metadata.Current);
            deltas.Add(delta);
        };

        await metadata.CreateAsync(new NewTopic("a", 1, 1));
        await metadata.CreatePartitionsAsync([new NewPartitions("a", 2)], validateOnly: false);
        await metadata.AlterAsync(ConfigResourceType.Topic, "a", ("retention.ms", ConfigOperation.Set, "5"));
        await metadata.DeleteTopicsAsync(["a"]);
        await metadata.AlterAsync(ConfigResourceType.Broker, "", ("log.retention.ms", ConfigOperation.Set, "9"));

        Assert.Equal(5, deltas.Count);
        Assert.Single(Assert.Single(deltas[0].ChangedTopics).Partitions);
        Assert.Equal(2, Assert.Single(deltas[1].ChangedTopics).Partitions.Count);
        Assert.Equal("5", Assert.Single(deltas[2].ReconfiguredTopics).Configs["retention.ms"]);
        Assert.Equal("a", Assert.Single(deltas[3].DeletedTopics).Name);
        Assert.True(deltas[4].BrokerConfigsChanged);
        Assert.Equal("9", metadata.BrokerConfig.Values.Get("log.retention.ms"));
    }

    [Fact]
    public async Task A_topic_made_again_has_a_new_id()
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk());
        await metadata.CreateAsync(new NewTopic("a", 1, 1));
        var first = metadata.Current.FindTopic("a")!.Id;

        Assert.Equal([MetadataError.None], await metadata.DeleteTopicsAsync(["a"]));
        Assert.Null(metadata.Current.FindTopic(first));
        await metadata.CreateAsync(new NewTopic("a", 1, 1));

        Assert.NotEqual(first, metadata.Current.FindTopic("a")!.Id);
    }

    [Fact]
    public async Task Deletion_can_be_forbidden()
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk(), "delete.topic.enable=false");
        await metadata.CreateAsync(new NewTopic("a", 1, 1));

        Assert.Equal(ErrorCode.TopicDeletionDisabled, (await metadata.DeleteTopicsAsync(["a"]))[0].Code);
        Assert.NotNull(metadata.Current.FindTopic("a"));
    }

    [Fact]
    public async Task Producer_ids_are_never_handed_out_twice()
    {
        var disk = MetadataHarness.NewDisk();
        var seen = new List<long>();
        for (var run = 0; run < 3; run++)
        {
            var metadata = await MetadataHarness.StartAsync(disk);
            var blocks = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => metadata.AllocateProducerIdsAsync()));
            seen.AddRange(blocks.SelectMany(block => Enumerable.Range(0, block.Length).Select(i => block.First + i)));
        }

        Assert.Equal(12_000, seen.Distinct().Count());
    }

    [Fact]
    public async Task Many_changes_at_once_share_writes()
    {
        var disk = MetadataHarness.NewDisk();
        var metadata = await MetadataHarness.StartAsync(disk);
        var start = disk.Flushes;
        await metadata.CreateAsync(new NewTopic("single", 1, 1));
        var before = disk.Flushes;
        var perWrite = before - start;

        var errors = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => metadata.CreateAsync(new NewTopic($"t{i}", 1, 1))));

        Assert.All(errors, error => Assert.False(error.IsError));
        Assert.Equal(201, metadata.Current.Topics.Count);
        Assert.InRange(disk.Flushes - before, perWrite, 100 * perWrite);
    }

    [Fact]
    public async Task Ten_thousand_partitions_are_kept_and_changed_quickly()
    {
        var disk = MetadataHarness.NewDisk();
        var metadata = await MetadataHarness.StartAsync(disk);
        await metadata.CreateTopicsAsync([.. Enumerable.Range(0, 1000).Select(i => new NewTopic($"t{i}", 10, 1))], validateOnly: false);

        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 20; i++)
        {
            await metadata.CreateAsync(new NewTopic($"u{i}", 1, 1));
        }

        Assert.Equal(10_020, metadata.Current.Topics.Values.Sum(topic => topic.Partitions.Count));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"20 topics beside 10,000 partitions took {watch.Elapsed}");
        Assert.Equal(1020, (await MetadataHarness.StartAsync(disk)).Current.Topics.Count);
    }

    [Theory]
    [InlineData("{", "The metadata file is damaged")]
    [InlineData("{\"version\":2}", "The metadata file has version 2; this Samsa reads versions up to 1")]
    [InlineData("{\"topics\":[{\"name\":\"a\",\"id\":\"x\"}]}", "id of topic a")]
    [InlineData("{\"topics\":[{\"name\":\"a\",\"id\":\"AAAAAAAAAAAAAAAAAAAAAQ\",\"partitions\":[{}]}]}", "partition 0 of a has no replica")]
    public void A_damaged_file_is_named_and_never_overwritten(string content, string reason)
    {
        var disk = MetadataHarness.NewDisk();
        disk.WriteFile("/data/samsa-metadata.json", Encoding.UTF8.GetBytes(content));

        var failure = Assert.Throws<StorageException>(() => MetadataHarness.Open(disk, [MetadataHarness.Directory]));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.Equal(content, Encoding.UTF8.GetString(disk.ReadAllBytes("/data/samsa-metadata.json")));
    }

    [Fact]
    public void Metadata_of_another_cluster_is_refused()
    {
        var disk = MetadataHarness.NewDisk();
        disk.WriteFile("/data/samsa-metadata.json", "{\"clusterId\":\"BBBBBBBBBBBBBBBBBBBBBQ\"}"u8.ToArray());

        Assert.Throws<ConfigException>(() => MetadataHarness.Open(disk, [MetadataHarness.Directory]));
    }

    [Theory]
    [InlineData("kafka-3.9.2-zk")]
    [InlineData("kafka-4.3.1")]
    public void Topics_that_apache_kafka_wrote_are_adopted(string sample)
    {
        var own = Directory.CreateTempSubdirectory("samsa-adopt-");
        try
        {
            var metadata = MetadataHarness.Open(
                PhysicalFileSystem.Instance, [own.FullName, Repository.PathOf($"test/Samsa.UnitTests/TestData/{sample}")]);

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
