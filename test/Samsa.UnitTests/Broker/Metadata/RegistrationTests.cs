using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Coordination;
using Samsa.UnitTests.Broker.Metadata.Znodes;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>Who may have the node of a broker's id: one session, and after it only one that can prove to be the same broker's.</summary>
public sealed class RegistrationTests
{
    private const string Node = "/brokers/ids/0";
    private readonly ZnodeStage _stage = new();

    [Fact]
    public async Task A_second_host_with_the_same_id_and_listeners_is_refused_and_the_first_one_stays()
    {
        await using var first = await _stage.StartAsync();
        var time = new ManualTimeProvider();
        await using var second = await _stage.OpenAsync(change: options => options with { Time = time });
        var registered = second.RegisterBrokerAsync(ZnodeStage.Image(0), TestContext.Current.CancellationToken);
        await WaitFor(() => second.IsHeldUp);

        time.Advance(TimeSpan.FromSeconds(31));

        var refused = await Assert.ThrowsAsync<RegistrationException>(() => registered);
        Assert.Contains("broker.id=0 is taken", refused.Message, StringComparison.Ordinal);
        Assert.Single(_stage.Tree.Log, static line => line.Contains("create " + Node, StringComparison.Ordinal) && !line.EndsWith(')'));
        Assert.DoesNotContain(_stage.Tree.Log, static line => line.Contains("delete " + Node, StringComparison.Ordinal));
        Assert.True(first.IsController);
        Assert.False(second.IsController);
    }

    [Fact]
    public async Task A_broker_that_left_no_proof_behind_starts_when_its_old_session_is_over()
    {
        var killed = await _stage.StartAsync();
        await using var again = await _stage.OpenAsync();
        var registered = again.RegisterBrokerAsync(ZnodeStage.Image(0), TestContext.Current.CancellationToken);
        await WaitFor(() => again.IsHeldUp);

        await killed.DisposeAsync();

        await registered;
        Assert.True(again.IsController);
        Assert.Equal(MetadataError.None, await again.CreateAsync(new NewTopic("t", 1, 1)));
        Assert.Equal(0, again.Current.FindPartition("t", 0)!.Leader);
    }

    [Fact]
    public async Task Somebody_with_other_listeners_is_refused_at_once()
    {
        await using var first = await _stage.StartAsync();
        await using var second = await _stage.OpenAsync();

        await Assert.ThrowsAsync<RegistrationException>(() => second.RegisterBrokerAsync(
            ZnodeStage.Image(0) with { Endpoints = ZnodeStage.Image(7).Endpoints }, TestContext.Current.CancellationToken));

        Assert.True(first.IsController);
    }

    [Fact]
    public async Task A_proven_former_session_is_replaced_once_and_its_owner_does_not_take_the_id_back()
    {
        await using var former = await _stage.StartAsync();
        await former.AllocateProducerIdsAsync(TestContext.Current.CancellationToken);
        _stage.News();

        // Sessions in the tree count from 1. The former owner lives, as with a copied log directory.
        await using var next = await _stage.StartAsync(change: static options => options with { LeftSession = new FormerSession(1, IsOurs: true) });
        await former.AllocateProducerIdsAsync(TestContext.Current.CancellationToken);
        _stage.Tree.Do(Samsa.Broker.Metadata.Znodes.ZnodeOperation.Create("/brokers/ids/9"));
        await former.AllocateProducerIdsAsync(TestContext.Current.CancellationToken);

        var log = _stage.News();
        Assert.Single(log, static line => line == "delete " + Node);
        Assert.Single(log, static line => line.Contains("create " + Node, StringComparison.Ordinal) && !line.EndsWith(')'));
        Assert.Equal((true, false), (next.IsController, former.IsController));
        Assert.Equal(MetadataError.None, await former.CreateAsync(new NewTopic("t", 1, 1)));
    }

    [Fact]
    public async Task The_session_of_a_directory_that_may_be_a_copy_is_waited_for()
    {
        var original = await _stage.StartAsync();
        await using var copy = await _stage.OpenAsync(change: static options => options with { LeftSession = new FormerSession(1, IsOurs: false) });
        var registered = copy.RegisterBrokerAsync(ZnodeStage.Image(0) with { Endpoints = ZnodeStage.Image(7).Endpoints }, TestContext.Current.CancellationToken);
        await WaitFor(() => copy.IsHeldUp);
        Assert.True(original.IsController);

        await original.DisposeAsync();

        await registered;
        Assert.True(copy.IsController);
    }

    [Fact]
    public void A_session_file_is_a_proof_where_it_was_written_and_nowhere_else()
    {
        var disk = MetadataHarness.NewDisk();
        disk.CreateDirectory("/copy");
        new LeftSession(disk, MetadataHarness.Directory, "here").Write("one:2181", 7, new byte[] { 1 });
        disk.WriteFile("/copy/" + LeftSession.Name, disk.ReadAllBytes($"{MetadataHarness.Directory}/{LeftSession.Name}"));

        Assert.True(new LeftSession(disk, MetadataHarness.Directory, "here").Read("one:2181")!.Value.IsOurs);
        Assert.False(new LeftSession(disk, MetadataHarness.Directory, "there").Read("one:2181")!.Value.IsOurs);
        Assert.False(new LeftSession(disk, "/copy", "here").Read("one:2181")!.Value.IsOurs);
        Assert.Null(new LeftSession(disk, MetadataHarness.Directory, "here").Read("two:2181"));

        // As Samsa wrote it before it said where.
        disk.WriteFile("/copy/" + LeftSession.Name, """{"servers":"one:2181","id":"7","password":"AQ=="}"""u8.ToArray());
        Assert.True(new LeftSession(disk, "/copy", "here").Read("one:2181")!.Value.IsOurs);
    }

    [Fact]
    public void A_session_file_outlives_a_power_cut()
    {
        // Whatever of what was not flushed happens to be there.
        for (var seed = 0; seed < 20; seed++)
        {
            var disk = MetadataHarness.NewDisk();
            disk.FlushDirectory("/");
            new LeftSession(disk, MetadataHarness.Directory).Write("one:2181", 7, new byte[] { 1 });
            disk.Crash(new Random(seed));

            Assert.Equal(7, new LeftSession(disk, MetadataHarness.Directory).Read("one:2181")?.Id);
        }
    }

    private static async Task WaitFor(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            Assert.False(patience.IsCancellationRequested, "it did not come");
            await Task.Yield();
        }
    }
}
