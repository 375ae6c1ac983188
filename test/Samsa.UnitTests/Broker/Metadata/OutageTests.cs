using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.UnitTests.Broker.Metadata.Znodes;
using Samsa.ZooKeeper;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>Callers who ask, wait and go while ZooKeeper cannot be reached.</summary>
public sealed class OutageTests
{
    private readonly ZnodeStage _stage = new();

    [Fact]
    public async Task A_change_that_was_given_up_before_there_was_a_connection_is_never_made()
    {
        await using var metadata = await _stage.StartAsync();
        await metadata.CreateAsync(new NewTopic("t", 1, 1));
        await LoseConnectionAsync(metadata);
        using var caller = new CancellationTokenSource();
        var created = metadata.CreateTopicsAsync([new NewTopic("gone", 1, 1)], validateOnly: false, caller.Token);
        var deleted = metadata.DeleteTopicsAsync(["t"], caller.Token);
        var ids = metadata.AllocateProducerIdsAsync(caller.Token);
        var waits = metadata.CreateAsync(new NewTopic("waits", 1, 1));

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => created);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => deleted);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ids);
        _stage.Tree.IsReachable = true;

        Assert.Equal(MetadataError.None, await waits);
        Assert.Equal(1000, (await metadata.AllocateProducerIdsAsync()).First);
        Assert.Equal(["t", "waits"], metadata.Current.Topics.Keys.Order());
        Assert.DoesNotContain(_stage.Tree.Log, static line => line.Contains("gone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_waits_for_longer_than_the_request_timeout_is_told_that_nothing_was_begun()
    {
        var time = new ManualTimeProvider();
        await using var metadata = await _stage.StartAsync(change: options => options with { Time = time });
        await metadata.CreateAsync(new NewTopic("t", 1, 1));
        await LoseConnectionAsync(metadata);
        var created = metadata.CreateAsync(new NewTopic("late", 1, 1));
        var altered = metadata.AlterAsync(ConfigResourceType.Topic, "t", ("retention.ms", ConfigOperation.Set, "5"));
        var ids = metadata.AllocateProducerIdsAsync();

        time.Advance(TimeSpan.FromMilliseconds(30_001));

        var error = await created;
        Assert.Equal(ErrorCode.RequestTimedOut, error.Code);
        Assert.EndsWith("it could not be begun within 30000 ms (request.timeout.ms) and was dropped", error.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.RequestTimedOut, (await altered).Code);
        await Assert.ThrowsAsync<TimeoutException>(() => ids);
        Assert.Equal(0, metadata.RequestsWaiting);
    }

    [Fact]
    public async Task A_change_that_was_begun_is_made_although_its_caller_has_gone()
    {
        await using var metadata = await _stage.StartAsync();
        using var begun = new SemaphoreSlim(0);
        using var goesOn = new ManualResetEventSlim();
        _stage.Tree.Refuse = _ =>
        {
            begun.Release();
            goesOn.Wait();
            return KeeperError.Ok;
        };
        await GiveUpOnceBegunAsync(metadata, begun);
        goesOn.Set();

        await ZnodeStage.UntilAsync(metadata, static image => image.FindPartition("t", 0) is { Leader: 0 });
        _stage.Tree.Refuse = null;
    }

    [Fact]
    public async Task A_change_that_was_lost_is_not_made_again_when_its_caller_has_gone()
    {
        await using var metadata = await _stage.StartAsync();
        using var begun = new SemaphoreSlim(0);
        using var goesOn = new ManualResetEventSlim();
        _stage.Tree.Fault = write =>
        {
            begun.Release();
            goesOn.Wait();
            return write.Operations[^1].Path.EndsWith("/t", StringComparison.Ordinal);
        };
        await GiveUpOnceBegunAsync(metadata, begun);
        goesOn.Set();

        Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("u", 1, 1)));

        Assert.Equal(["u"], metadata.Current.Topics.Keys);
        _stage.Tree.Fault = null;
    }

    [Fact]
    public async Task When_too_many_wait_the_next_one_is_told_so_at_once()
    {
        await using var metadata = await _stage.StartAsync();
        await LoseConnectionAsync(metadata);
        using var callers = new CancellationTokenSource();
        Task[] waiting = [.. Enumerable.Range(0, RequestQueue.MostCallers).Select(_ => metadata.AllocateProducerIdsAsync(callers.Token))];

        var refused = await metadata.CreateAsync(new NewTopic("t", 1, 1));

        Assert.Equal(ErrorCode.RequestTimedOut, refused.Code);
        Assert.Contains("5000 others wait already", refused.Message, StringComparison.Ordinal);
        await callers.CancelAsync();
        foreach (var one in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        }

        Assert.Equal(0, metadata.RequestsWaiting);
        var taken = metadata.CreateAsync(new NewTopic("t", 1, 1));
        _stage.Tree.IsReachable = true;
        Assert.Equal(MetadataError.None, await taken);
    }

    [Fact]
    public async Task All_who_want_a_producer_id_wait_for_the_same_block()
    {
        await using var metadata = await _stage.StartAsync();
        await LoseConnectionAsync(metadata);
        var producers = new ProducerIds(metadata);
        Task<long>[] ids = [.. Enumerable.Range(0, 100).Select(_ => producers.NextAsync().AsTask())];

        _stage.Tree.IsReachable = true;

        Assert.Equal(Enumerable.Range(1000, 100).Select(static id => (long)id), (await Task.WhenAll(ids)).Order());
        Assert.Equal(2000, (await metadata.AllocateProducerIdsAsync()).First);
    }

    [Fact]
    public async Task A_failure_is_heard_without_a_connection()
    {
        await using var metadata = await _stage.StartAsync();
        await LoseConnectionAsync(metadata);
        var waits = metadata.CreateAsync(new NewTopic("t", 1, 1));

        metadata.Fail(new InvalidOperationException("over"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => waits);
    }

    // A block of ids is the last thing that is seen to: who has one finds nothing else under way, and what is asked for next is not begun.
    private async Task LoseConnectionAsync(ZooKeeperClusterMetadata metadata)
    {
        await metadata.AllocateProducerIdsAsync();
        _stage.Tree.IsReachable = false;
    }

    private static async Task GiveUpOnceBegunAsync(ZooKeeperClusterMetadata metadata, SemaphoreSlim begun)
    {
        using var caller = new CancellationTokenSource();
        var created = metadata.CreateTopicsAsync([new NewTopic("t", 1, 1)], validateOnly: false, caller.Token);
        Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(150), TestContext.Current.CancellationToken), "the change was not begun");
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => created);
    }
}
