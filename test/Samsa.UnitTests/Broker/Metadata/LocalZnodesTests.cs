using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Storage;
using Samsa.UnitTests.Broker.Metadata.Znodes;
using Samsa.UnitTests.ZooKeeper.Sessions;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Local;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>The broker's metadata on our ZooKeeper server in the same process.</summary>
public sealed class LocalZnodesTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);
    private readonly FaultyLocalServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_topic_costs_two_flushes_whatever_its_number_of_partitions()
    {
        await using var metadata = await StartAsync(Store());
        await metadata.CreateAsync(new NewTopic("first", 1, 1));
        var before = _server.Server.LogStatistics.Flushes.Count;

        Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("t", 500, 1)));

        Assert.InRange(_server.Server.LogStatistics.Flushes.Count - before, 2, 4);
        Assert.Equal(500, metadata.Current.FindTopic("t")!.Partitions.Count(partition => partition is { Leader: 0, PartitionEpoch: 0 }));
    }

    [Fact]
    public async Task Everything_is_there_again_for_the_next_life()
    {
        Guid id;
        await using (var first = await StartAsync(Store()))
        {
            await first.CreateAsync(new NewTopic("t", 3, 1, Configs: [new("retention.ms", "5")]));
            id = first.Current.FindTopic("t")!.Id;
        }

        await using var second = await StartAsync(Store());

        var topic = second.Current.FindTopic("t")!;
        Assert.Equal((id, 3, "5"), (topic.Id, topic.Partitions.Count, topic.Configs["retention.ms"]));
        Assert.True(second.IsController);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b %2E")]
    public async Task A_group_may_have_any_name(string group)
    {
        await using (var first = await StartAsync(Store()))
        {
            Assert.Equal(MetadataError.None, await first.AlterAsync(ConfigResourceType.Group, group, ("consumer.session.timeout.ms", ConfigOperation.Set, "50000")));
            Assert.Equal(MetadataError.None, await first.CreateAsync(new NewTopic("t", 1, 1)));
        }

        await using var second = await StartAsync(Store());

        Assert.Equal("50000", second.Current.GroupConfigs[group]["consumer.session.timeout.ms"]);
    }

    [Fact]
    public async Task What_others_change_is_heard()
    {
        await using var metadata = await StartAsync(Store());
        await metadata.CreateAsync(new NewTopic("t", 1, 1));
        await using var admin = Store();
        var round = new ZnodeRound();
        round.Write(ZnodeOperation.Create(ZnodePaths.DeleteTopic("t")));
        await admin.ExecuteAsync(round);

        await ZnodeStage.UntilAsync(metadata, image => image.FindTopic("t") is null);
    }

    [Fact]
    public async Task A_watch_hears_of_a_node_that_was_not_there()
    {
        await using var store = Store();
        var listener = new Listener();
        store.Start(listener);
        await store.ExecuteAsync(RoundOf(round => round.Get("/a", watch: true)));
        await store.ExecuteAsync(RoundOf(round => round.Write(ZnodeOperation.Create("/a"))));

        Assert.Equal(["/a"], listener.Changes);
    }

    [Fact]
    public async Task Whose_session_is_ended_by_another_client_registers_anew()
    {
        var disk = MetadataHarness.NewDisk();
        var store = Store();
        await store.ReplaceLeftSessionAsync(new LeftSession(disk, MetadataHarness.Directory));
        await using var metadata = await StartAsync(store);
        var before = await OwnerAsync();

        var (id, password, _) = new LeftSession(disk, MetadataHarness.Directory).Read("embedded")!.Value;
        Assert.Equal(before, id);
        await _server.Open(new Nobody(), Timeout, id, password)!.EndAsync();

        // The change needs the new session.
        Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("t", 1, 1)));
        Assert.NotEqual(before, await OwnerAsync());
        Assert.Equal(await OwnerAsync(), new LeftSession(disk, MetadataHarness.Directory).Read("embedded")!.Value.Id);
    }

    [Fact]
    public async Task A_session_that_was_left_behind_is_ended()
    {
        var disk = MetadataHarness.NewDisk();
        var memory = new LeftSession(disk, MetadataHarness.Directory);
        var killed = _server.Open(new Nobody(), Timeout)!;
        memory.Write("embedded", killed.Id, killed.Password);

        await using (var store = Store())
        {
            await store.ReplaceLeftSessionAsync(memory);

            Assert.Null(_server.Open(new Nobody(), Timeout, killed.Id, killed.Password));
            Assert.NotEqual(killed.Id, memory.Read("embedded")!.Value.Id);
        }

        Assert.Null(memory.Read("embedded"));
    }

    [Fact]
    public async Task When_the_disk_fails_changes_are_refused_and_what_is_known_stays()
    {
        await using var metadata = await StartAsync(Store());
        await metadata.CreateAsync(new NewTopic("t", 1, 1));
        _server.BreakDisk();

        var failure = await Assert.ThrowsAsync<StorageException>(() => metadata.CreateAsync(new NewTopic("u", 1, 1)));

        Assert.Contains("cannot be written any more", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StorageException>(() => metadata.CreateAsync(new NewTopic("v", 1, 1)));
        Assert.NotNull(metadata.Current.FindTopic("t"));
    }

    private static ZnodeRound RoundOf(Action<ZnodeRound> fill)
    {
        var round = new ZnodeRound();
        fill(round);
        return round;
    }

    private static async Task<ZooKeeperClusterMetadata> StartAsync(IZnodeStore store)
    {
        var metadata = await ZooKeeperClusterMetadata.OpenAsync(
            new ClusterOptions
            {
                Config = BrokerConfig.Create(PropertiesFile.Parse("")),
                Identity = new BrokerIdentity(0, ZnodeStage.ClusterId),
                Time = TimeProvider.System,
                Logger = NullLogger.Instance,
            },
            store,
            TimeSpan.FromSeconds(30));
        await metadata.RegisterBrokerAsync(ZnodeStage.Image(0));
        return metadata;
    }

    [Fact]
    public async Task Disposal_a_second_time_leaves_the_session_file_of_the_next_life()
    {
        var disk = MetadataHarness.NewDisk();
        var first = Store();
        await first.ReplaceLeftSessionAsync(new LeftSession(disk, MetadataHarness.Directory));
        await first.DisposeAsync();
        await using var second = Store();
        await second.ReplaceLeftSessionAsync(new LeftSession(disk, MetadataHarness.Directory));

        await first.DisposeAsync();

        Assert.NotNull(new LeftSession(disk, MetadataHarness.Directory).Read("embedded"));
    }

    private LocalZnodes Store() => new(new CoordinationService(_server), Timeout, "/data", TimeProvider.System, NullLogger.Instance);

    private async Task<long> OwnerAsync()
    {
        await using var store = Store();
        var round = new ZnodeRound();
        var node = round.Get(ZnodePaths.Broker(0));
        await store.ExecuteAsync(round);
        return node.EphemeralOwner;
    }

    private sealed class Nobody : ILocalClient
    {
        public void OnEvent(WatchEventType type, string path)
        {
        }

        public void OnClosed()
        {
        }
    }

    private sealed class Listener : IZnodeListener
    {
        public List<string> Changes { get; } = [];

        public void OnChanged(string path) => Changes.Add(path);

        public void OnConnected(long session)
        {
        }

        public void OnFailed(Exception failure)
        {
        }
    }
}
