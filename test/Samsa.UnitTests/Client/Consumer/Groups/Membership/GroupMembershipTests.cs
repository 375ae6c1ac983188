using System.Collections.Concurrent;
using Samsa.Client;
using Samsa.Client.Consumer;
using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Client.Serialization;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

/// <summary>A subscribed consumer and its coordinator, with what goes wrong between them.</summary>
public sealed partial class GroupMembershipTests
{
    private readonly ConsumerStage _stage = new(partitions: 2);
    private readonly StageGroup _group;
    private readonly StageMembers _members;
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly TopicPartition _first;
    private readonly TopicPartition _second;

    public GroupMembershipTests()
    {
        _group = new StageGroup(_stage);
        _members = new StageMembers(_stage);
        _stage.Options.GroupId = "g";
        _stage.Options.AutoCommitInterval = TimeSpan.FromMinutes(5);
        _stage.Options.HeartbeatInterval = TimeSpan.FromMilliseconds(5);
        _stage.Options.Set("partition.assignment.strategy", "range");
        _stage.Partitions[0].Add(10);
        _stage.Partitions[1].Add(10);
        (_first, _second) = (_stage.Partitions[0].Id, _stage.Partitions[1].Id);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RebalanceListener Listener => new()
    {
        Assigned = (p, _) => Hear("assigned", p),
        Revoked = (p, _) => Hear("revoked", p),
        Lost = (p, _) => Hear("lost", p),
    };

    [Theory]
    [InlineData(9, 5, 4, 5)]
    [InlineData(4, 2, 2, 2)]
    [InlineData(2, 1, 1, 1)]
    public async Task A_subscribed_consumer_reads_what_the_group_gives_it(short join, short sync, short heartbeat, short leave)
    {
        _stage.Cluster.Serving(ApiKey.JoinGroup, 0, join).Serving(ApiKey.SyncGroup, 0, sync).Serving(ApiKey.Heartbeat, 0, heartbeat).Serving(ApiKey.LeaveGroup, 0, leave);
        await using (var consumer = _stage.Typed())
        {
            consumer.Subscribe([ConsumerStage.Topic], Listener);
            Assert.Empty(_stage.Cluster.Requests<JoinGroupRequest>());

            Assert.Equal(20, (await consumer.TakeAsync(20)).Count);
            Assert.Equal([_first, _second], consumer.Assignment.OrderBy(p => p.Partition));
            await Conditions.UntilAsync(() => _stage.Cluster.Requests<HeartbeatRequest>().Count() > 2, Cancellation);
        }

        Assert.Equal(["assigned orders-0 orders-1", "revoked orders-0 orders-1"], _heard);
        var left = Assert.Single(_stage.Cluster.Requests<LeaveGroupRequest>());
        Assert.Equal("m-1", leave >= 3 ? Assert.Single(left.Members).MemberId : left.MemberId);
    }

    [Fact]
    public async Task The_stream_goes_on_across_rebalances_and_nothing_is_lost()
    {
        await using var consumer = _stage.Typed();
        consumer.Subscribe([ConsumerStage.Topic], Listener);
        HashSet<(TopicPartition, long)> seen = [];
        await foreach (var record in consumer.ConsumeAsync(Cancellation))
        {
            seen.Add((record.Partition, record.Offset));
            if (seen.Count % 5 == 0)
            {
                _members.Fail(ApiKey.Heartbeat, ErrorCode.RebalanceInProgress);
                var generation = _members.Generation;
                await Conditions.UntilAsync(() => consumer.GroupMetadata.GenerationId > generation || HasToAsk(consumer), Cancellation);
            }

            if (seen.Count == 20)
            {
                break;
            }
        }

        Assert.InRange(_members.Generation, 3, 5);
        Assert.Equal(_heard.Count(e => e.StartsWith("revoked", StringComparison.Ordinal)), _members.Generation - 1);
    }

    [Fact]
    public async Task What_the_caller_moved_past_is_committed_before_it_is_revoked_and_the_record_in_its_hands_is_not()
    {
        await using var consumer = _stage.Typed();
        _members.Assigned = [_first];
        long? committed = null;
        consumer.Subscribe([ConsumerStage.Topic], new RebalanceListener
        {
            Revoked = (_, _) =>
            {
                committed ??= _group[_first]?.Offset;
                return ValueTask.CompletedTask;
            },
        });
        await foreach (var record in consumer.ConsumeAsync(Cancellation))
        {
            if (record.Offset == 6)
            {
                _members.Fail(ApiKey.Heartbeat, ErrorCode.RebalanceInProgress);
                await Conditions.UntilAsync(() => HasToAsk(consumer), Cancellation);
                Assert.Null(committed);
            }

            if (record.Offset == 9)
            {
                break;
            }
        }

        // The record with offset 6 was done when the caller asked for the next one.
        Assert.Equal(7, committed);
        var commit = _stage.Cluster.Requests<OffsetCommitRequest>().First();
        Assert.Equal((1, "m-1"), (commit.GenerationIdOrMemberEpoch, commit.MemberId));
    }

    [Fact]
    public async Task A_poll_does_not_take_partitions_from_under_its_records()
    {
        // The group begins to rebalance while the poll has the first batch, and looks for the second.
        var values = new Hooked();
        await using var consumer = new KafkaConsumer<string, string>(_stage.Options, Deserializers.Utf8, values, null, _stage.Cluster);
        values.OnFirst = () =>
        {
            _members.Fail(ApiKey.Heartbeat, ErrorCode.RebalanceInProgress);
            Assert.True(SpinWait.SpinUntil(() => HasToAsk(consumer), Conditions.Limit));
        };
        consumer.Subscribe([ConsumerStage.Topic], Listener);

        Assert.NotEmpty(await consumer.PollAsync(Conditions.Limit, Cancellation));
        Assert.True(HasToAsk(consumer));
        Assert.DoesNotContain(_heard, e => e.StartsWith("revoked", StringComparison.Ordinal));

        await consumer.PollAsync(TimeSpan.Zero, Cancellation);

        Assert.Contains(_heard, e => e.StartsWith("revoked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handlers_commit_seek_and_ask_for_positions()
    {
        _stage.Options.EnableAutoCommit = false;
        await using var consumer = _stage.Typed();
        consumer.Subscribe([ConsumerStage.Topic], new RebalanceListener
        {
            Assigned = (partitions, _) =>
            {
                foreach (var partition in partitions)
                {
                    consumer.Seek(new TopicPartitionOffset(partition, 4));
                }

                return ValueTask.CompletedTask;
            },
            Revoked = async (_, cancellation) => await consumer.CommitAsync(cancellation),
        });
        Assert.All(await consumer.TakeAsync(12), r => Assert.InRange(r.Offset, 4, 9));

        await consumer.UnsubscribeAsync(Cancellation);

        Assert.Equal((10, 10), (_group[_first]!.Value.Offset, _group[_second]!.Value.Offset));
        Assert.Empty(consumer.Assignment);
        Assert.Equal("m-1", Assert.Single(_stage.Cluster.Requests<LeaveGroupRequest>()).Members[0].MemberId);
        consumer.Assign(_first);
    }

    [Fact]
    public async Task A_handler_that_fails_is_heard_when_the_rebalance_is_through()
    {
        await using var consumer = _stage.Typed();
        consumer.Subscribe([ConsumerStage.Topic], new RebalanceListener { Assigned = (_, _) => throw new FormatException("no") });

        await Assert.ThrowsAsync<FormatException>(() => consumer.PollAsync(Conditions.Limit, Cancellation));

        Assert.NotEmpty(await consumer.PollAsync(Conditions.Limit, Cancellation));
    }

    [Fact]
    public async Task Cancellation_wakes_the_caller_and_the_next_call_goes_on()
    {
        var gate = new TaskCompletionSource();
        _members.Gate = gate.Task;
        await using var consumer = _stage.Typed();
        consumer.Subscribe([ConsumerStage.Topic], Listener);
        using (var wake = CancellationTokenSource.CreateLinkedTokenSource(Cancellation))
        {
            var polling = consumer.PollAsync(Conditions.Limit, wake.Token);
            await Conditions.UntilAsync(() => _stage.Cluster.Requests<JoinGroupRequest>().Any(), Cancellation);
            await wake.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => polling);
        }

        gate.SetResult();
        Assert.Equal(20, (await consumer.TakeAsync(20)).Count);
        Assert.Single(_heard);
    }

    [Fact]
    public async Task A_commit_while_the_group_rebalances_waits_for_it()
    {
        _stage.Options.EnableAutoCommit = false;
        _stage.Options.Set("partition.assignment.strategy", "cooperative-sticky");
        await using var consumer = _stage.Typed();
        consumer.Subscribe(ConsumerStage.Topic);
        await consumer.TakeAsync(3);
        var gate = new TaskCompletionSource();
        _members.Gate = gate.Task;
        var joins = _stage.Cluster.Requests<JoinGroupRequest>().Count();
        _members.Fail(ApiKey.Heartbeat, ErrorCode.RebalanceInProgress);
        await Conditions.UntilAsync(() => _stage.Cluster.Requests<JoinGroupRequest>().Count() > joins, Cancellation);

        var committing = consumer.CommitAsync(Cancellation);
        Assert.Empty(_stage.Cluster.Requests<OffsetCommitRequest>());
        gate.SetResult();
        await committing;

        Assert.Equal(2, Assert.Single(_stage.Cluster.Requests<OffsetCommitRequest>()).GenerationIdOrMemberEpoch);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_commit_that_meets_the_end_of_its_generation_is_sent_again_if_its_partitions_are_still_there(bool keeps)
    {
        _stage.Options.EnableAutoCommit = false;
        _stage.Options.Set("partition.assignment.strategy", "cooperative-sticky");
        await using var consumer = _stage.Typed();
        consumer.Subscribe(ConsumerStage.Topic);
        await consumer.TakeAsync(3);
        var (commits, joins) = (new TaskCompletionSource<IMessage?>(), new TaskCompletionSource());
        _stage.Cluster.OnAsync(ApiKey.OffsetCommit, _ => commits.Task);
        var committing = consumer.CommitAsync(new Dictionary<TopicPartition, CommittedOffset> { [_first] = new(2) }, Cancellation);
        await Conditions.UntilAsync(() => _stage.Cluster.Requests<OffsetCommitRequest>().Any(), Cancellation);
        _members.Gate = joins.Task;
        var before = _stage.Cluster.Requests<JoinGroupRequest>().Count();
        _members.Fail(ApiKey.Heartbeat, ErrorCode.RebalanceInProgress);
        await Conditions.UntilAsync(() => _stage.Cluster.Requests<JoinGroupRequest>().Count() > before, Cancellation);
        if (!keeps)
        {
            consumer.Fetched.Remove([_first]);
        }

        _group.Serve(_stage);
        commits.SetResult(new OffsetCommitResponse
        {
            Topics = [new() { Name = ConsumerStage.Topic, Partitions = [new() { PartitionIndex = 0, ErrorCode = ErrorCode.IllegalGeneration }] }],
        });
        joins.SetResult();

        if (keeps)
        {
            await committing;
            Assert.Equal([1, 2], _stage.Cluster.Requests<OffsetCommitRequest>().Select(c => c.GenerationIdOrMemberEpoch));
            Assert.Equal(2, _group[_first]!.Value.Offset);
        }
        else
        {
            Assert.Equal(ErrorCode.RebalanceInProgress, (await Assert.ThrowsAsync<KafkaException>(() => committing)).ErrorCode);
            Assert.Null(_group[_first]);
        }
    }

    [Fact]
    public async Task A_commit_of_a_member_that_was_put_out_fails_and_its_partitions_are_lost()
    {
        _stage.Options.EnableAutoCommit = false;
        _stage.Options.HeartbeatInterval = TimeSpan.FromSeconds(40);
        await using var consumer = _stage.Typed();
        consumer.Subscribe([ConsumerStage.Topic], Listener);
        await consumer.TakeAsync(3);
        _group.CommitErrors.Enqueue(ErrorCode.UnknownMemberId);

        var failure = await Assert.ThrowsAsync<KafkaException>(() => consumer.CommitAsync(Cancellation));

        Assert.Equal(ErrorCode.UnknownMemberId, failure.ErrorCode);
        await consumer.TakeAsync(3);
        Assert.Equal(["assigned orders-0 orders-1", "lost orders-0 orders-1", "assigned orders-0 orders-1"], _heard);
        Assert.Equal("m-2", _stage.Cluster.Requests<JoinGroupRequest>().Last().MemberId);
    }

    [Theory]
    [InlineData(ApiKey.JoinGroup)]
    [InlineData(ApiKey.SyncGroup)]
    [InlineData(ApiKey.Heartbeat)]
    [InlineData(ApiKey.FindCoordinator)]
    public async Task A_connection_that_breaks_costs_nothing(ApiKey key)
    {
        _stage.Cluster.Faults.CutNext(key, 5);
        await using var consumer = _stage.Typed();
        consumer.Subscribe([ConsumerStage.Topic], Listener);

        Assert.Equal(20, (await consumer.TakeAsync(20)).Select(r => (r.Partition, r.Offset)).Distinct().Count());

        await Conditions.UntilAsync(() => _stage.Cluster.Requests<HeartbeatRequest>().Count() > 2, Cancellation);
        Assert.DoesNotContain(_heard, e => e.StartsWith("lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_coordinator_that_moves_is_found_again()
    {
        await using var consumer = _stage.Typed();
        consumer.Subscribe([ConsumerStage.Topic], Listener);
        await consumer.TakeAsync(5);
        _group.Coordinator = 2;
        _members.Fail(ApiKey.Heartbeat, ErrorCode.NotCoordinator);
        await Conditions.UntilAsync(
            () => _stage.Cluster.Received.Any(r => r.Key == ApiKey.Heartbeat && r.Broker.Host == "broker-2"), Cancellation);
        Assert.Single(_heard);
    }

    private static bool HasToAsk(KafkaConsumer<string, string> consumer) => consumer.Membership!.WantsCaller;

    private ValueTask Hear(string what, IEnumerable<TopicPartition> partitions)
    {
        _heard.Enqueue(string.Join(' ', [what, .. partitions.Select(p => p.ToString()).Order(StringComparer.Ordinal)]));
        return ValueTask.CompletedTask;
    }

    private sealed class Hooked : IDeserializer<string>
    {
        public Action? OnFirst { get; set; }

        public string Deserialize(ReadOnlySpan<byte> bytes, in SerializationContext context)
        {
            var hook = OnFirst;
            OnFirst = null;
            hook?.Invoke();
            return Deserializers.Utf8.Deserialize(bytes, context);
        }
    }

    private sealed class Broken : PartitionAssignor
    {
        public override string Name => "broken";

        public override IReadOnlyDictionary<string, MemberAssignment> Assign(
            IReadOnlyDictionary<string, AssignableTopic> topics, IReadOnlyList<MemberSubscription> members) => throw new NotSupportedException("cannot count");
    }
}
