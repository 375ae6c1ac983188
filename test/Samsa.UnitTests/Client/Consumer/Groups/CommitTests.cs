using Samsa.Client;
using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups;

/// <summary>Offsets that a group keeps for a consumer that takes its partitions itself.</summary>
public sealed class CommitTests
{
    private readonly ConsumerStage _stage = new(partitions: 2);
    private readonly StageGroup _group;
    private readonly TopicPartition _first;
    private readonly TopicPartition _second;

    public CommitTests()
    {
        _group = new StageGroup(_stage);
        _stage.Options.GroupId = "g";
        _stage.Options.EnableAutoCommit = false;
        _stage.Partitions[0].Add(10);
        _stage.Partitions[1].Add(10);
        (_first, _second) = (_stage.Partitions[0].Id, _stage.Partitions[1].Id);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(9, 9)]
    [InlineData(7, 5)]
    [InlineData(2, 1)]
    public async Task A_consumer_goes_on_where_its_group_committed(short commitVersion, short fetchVersion)
    {
        _stage.Cluster.Serving(ApiKey.OffsetCommit, 2, commitVersion).Serving(ApiKey.OffsetFetch, 1, fetchVersion)
            .Serving(ApiKey.FindCoordinator, 0, (short)(fetchVersion < 8 ? 3 : 6));
        await using (var consumer = _stage.Typed())
        {
            consumer.Assign(_first);
            await consumer.TakeAsync(4);
            await consumer.CommitAsync(Cancellation);
        }

        await using var next = _stage.Typed();
        next.Assign(_first, _second);

        // Nothing is known of the second: it begins where auto.offset.reset says.
        var records = await next.TakeAsync(16);
        Assert.Equal([4L, 5, 6, 7, 8, 9], records.Where(r => r.Partition == _first).Select(r => r.Offset));
        Assert.Equal(10, records.Count(r => r.Partition == _second));
        var epoch = commitVersion < 6 || fetchVersion < 5 ? -1 : 1;
        Assert.Equal(new CommittedOffset(4, epoch, ""), (await next.CommittedAsync([_first, _second], Cancellation))[_first]);
        Assert.Null((await next.CommittedAsync([_second], Cancellation))[_second]);
    }

    [Fact]
    public async Task CommitAsync_in_the_loop_commits_the_record_at_hand()
    {
        await using var consumer = _stage.Typed();
        consumer.Assign(_first);
        await foreach (var record in consumer.ConsumeAsync(Cancellation))
        {
            await consumer.CommitAsync(Cancellation);
            Assert.Equal(record.Offset + 1, _group[_first]!.Value.Offset);
            if (record.Offset == 3)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task Offsets_of_any_partition_are_committed_with_a_text()
    {
        await using var consumer = _stage.Raw();

        await consumer.CommitAsync(new Dictionary<TopicPartition, CommittedOffset> { [_second] = new(7, 3, "by hand"), [_first] = new(1) }, Cancellation);

        Assert.Equal(new CommittedOffset(7, 3, "by hand"), (await consumer.CommittedAsync([_second], Cancellation))[_second]);
        Assert.Equal(new CommittedOffset(1, -1, ""), _group[_first]);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => consumer.CommitAsync(new Dictionary<TopicPartition, CommittedOffset> { [_first] = new(-1) }, Cancellation));
    }

    [Fact]
    public async Task Disposal_commits_what_the_caller_moved_past_and_not_what_is_in_its_hands()
    {
        _stage.Options.EnableAutoCommit = true;
        await using (var consumer = _stage.Typed())
        {
            consumer.Assign(_first);
            await foreach (var record in consumer.ConsumeAsync(Cancellation))
            {
                if (record.Offset == 5)
                {
                    break;
                }
            }
        }

        Assert.Equal(5, _group[_first]!.Value.Offset);

        await using (var consumer = _stage.Raw())
        {
            consumer.Assign(_first);
            await consumer.ConsumeAsync(
                (TopicPartition _, in RecordView record) => record.Offset < 7 ? true : throw new FormatException(), Cancellation)
                .ContinueWith(_ => { }, Cancellation, TaskContinuationOptions.None, TaskScheduler.Default);
            Assert.Null(await consumer.PollBatchAsync(TimeSpan.Zero, Cancellation));
        }

        Assert.Equal(7, _group[_first]!.Value.Offset);
    }

    [Fact]
    public async Task A_poll_is_done_with_the_next_poll()
    {
        _stage.Options.EnableAutoCommit = true;
        _stage.Options.AutoCommitInterval = TimeSpan.FromMilliseconds(5);
        _stage.Options.MaxPollRecords = 4;
        await using var consumer = _stage.Typed();
        consumer.Assign(_first);
        Assert.Equal(4, (await consumer.PollAsync(Conditions.Limit, Cancellation)).Count);
        Assert.Equal(4, (await consumer.PollAsync(Conditions.Limit, Cancellation)).Count);

        await Conditions.UntilAsync(() => _group[_first] is { Offset: 4 }, Cancellation);
        Assert.Equal(8, consumer.Position(_first)!.Value.Offset);

        // What did not change is not committed again.
        var commits = _stage.Cluster.Requests<OffsetCommitRequest>().Count();
        await consumer.PollAsync(Conditions.Limit, Cancellation);
        await Conditions.UntilAsync(() => _group[_first] is { Offset: 8 }, Cancellation);
        Assert.InRange(_stage.Cluster.Requests<OffsetCommitRequest>().Count(), commits, commits + 1);
    }

    [Fact]
    public async Task Offsets_that_the_caller_stores_are_committed_when_that_is_wanted()
    {
        _stage.Options.EnableAutoCommit = true;
        _stage.Options.EnableAutoOffsetStore = false;
        await using (var consumer = _stage.Typed())
        {
            consumer.Assign(_first);
            var records = await consumer.TakeAsync(6);
            consumer.StoreOffset(records[2].Next);
        }

        Assert.Equal(new CommittedOffset(3, 1, ""), _group[_first]);
    }

    [Fact]
    public async Task What_may_pass_is_tried_again_at_the_coordinator_of_the_day()
    {
        _group.FindErrors.Enqueue(ErrorCode.CoordinatorNotAvailable);
        _group.FetchErrors.Enqueue(ErrorCode.CoordinatorLoadInProgress);
        _group.CommitErrors.Enqueue(ErrorCode.CoordinatorLoadInProgress);
        await using var consumer = _stage.Typed();
        consumer.Assign(_first);
        await consumer.TakeAsync(2);
        await consumer.CommitAsync(Cancellation);
        Assert.Equal(2, _group[_first]!.Value.Offset);

        _group.Coordinator = 2;
        await consumer.CommitAsync(new Dictionary<TopicPartition, CommittedOffset> { [_first] = new(9) }, Cancellation);

        Assert.Equal(9, _group[_first]!.Value.Offset);
    }

    [Fact]
    public async Task What_cannot_pass_is_thrown_and_the_position_is_asked_for_again()
    {
        _group.FetchErrors.Enqueue(ErrorCode.GroupAuthorizationFailed);
        _group.CommitErrors.Enqueue(ErrorCode.OffsetMetadataTooLarge);
        await using var consumer = _stage.Typed();
        consumer.Assign(_first);

        var failure = await Assert.ThrowsAsync<ConsumeException>(() => consumer.PollAsync(Conditions.Limit, Cancellation));
        Assert.Equal(ErrorCode.GroupAuthorizationFailed, failure.ErrorCode);
        Assert.NotEmpty(await consumer.PollAsync(Conditions.Limit, Cancellation));
        Assert.Equal(ErrorCode.OffsetMetadataTooLarge, (await Assert.ThrowsAsync<KafkaException>(() => consumer.CommitAsync(Cancellation))).ErrorCode);
    }

    [Fact]
    public async Task Without_a_group_there_is_nothing_to_commit_to()
    {
        _stage.Options.GroupId = null;
        _stage.Options.EnableAutoCommit = true;
        await using var consumer = _stage.Typed();
        consumer.Assign(_first);
        await consumer.TakeAsync(2);

        await Assert.ThrowsAsync<InvalidOperationException>(() => consumer.CommitAsync(Cancellation));
        await Assert.ThrowsAsync<InvalidOperationException>(() => consumer.CommittedAsync([_first], Cancellation));
        Assert.Empty(_stage.Cluster.Requests<FindCoordinatorRequest>());
    }

    [Fact]
    public async Task A_seek_before_the_group_has_answered_holds()
    {
        var answer = new TaskCompletionSource<IMessage?>();
        _stage.Cluster.OnAsync(ApiKey.OffsetFetch, _ => answer.Task);
        await using var consumer = _stage.Typed();
        consumer.Assign(_first);
        await Conditions.UntilAsync(() => _stage.Cluster.Requests<OffsetFetchRequest>().Any(), Cancellation);
        consumer.Seek(new TopicPartitionOffset(_first, 8));
        answer.SetResult(new OffsetFetchResponse { Groups = [new() { GroupId = "g" }] });

        Assert.Equal([8L, 9], (await consumer.TakeAsync(2)).Select(r => r.Offset));
    }

    [Fact]
    public async Task A_committed_offset_that_is_gone_from_the_log_is_reset()
    {
        _stage.First.LogStart = 6;
        _group[_first] = new CommittedOffset(2);
        await using var consumer = _stage.Typed();
        consumer.Assign(_first);

        Assert.Equal(6, (await consumer.TakeAsync(1))[0].Offset);
    }
}
