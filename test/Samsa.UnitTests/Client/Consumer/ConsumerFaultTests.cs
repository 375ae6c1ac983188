using System.Buffers.Binary;
using Samsa.Client.Connections;
using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>Reading from brokers that move, forget, refuse, break off and lie: every record comes once and in order, or the caller hears why not.</summary>
public sealed class ConsumerFaultTests
{
    private static readonly TimeSpan Limit = Conditions.Limit;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_that_breaks_off_at_any_byte_costs_no_record_and_doubles_none()
    {
        var stage = new ConsumerStage();
        stage.First.BatchesAtOnce = 1;
        var length = 0;
        for (var i = 0; i < 200; i++)
        {
            stage.First.Add(2);
            stage.Cluster.Faults.Next(ApiKey.Fetch, WholeAnswer);
            var cut = i;
            stage.Cluster.Faults.Next(ApiKey.Fetch, frame => frame[..Math.Min(cut, frame.Length - 1)]);
        }

        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        Assert.Equal(Enumerable.Range(0, 400).Select(i => (long)i), (await consumer.TakeAsync(400)).Select(r => r.Offset));
        Assert.InRange(length, 1, 200); // every byte of an answer was the last one once

        byte[] WholeAnswer(byte[] frame)
        {
            length = Math.Max(length, frame.Length);
            return frame;
        }
    }

    [Fact]
    public async Task A_wrong_correlation_id_and_an_oversized_frame_cost_the_connection_only()
    {
        var stage = new ConsumerStage();
        stage.First.Add(3);
        stage.Cluster.Faults.Next(ApiKey.Fetch, frame => Change(frame, sizeof(int), 77));
        stage.Cluster.Faults.Next(ApiKey.Fetch, frame => Change(frame, 0, int.MaxValue));
        stage.Cluster.Faults.Next(ApiKey.Fetch, frame => Change(frame, 0, -5));
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        Assert.Equal([0, 1, 2], (await consumer.TakeAsync(3)).Select(r => r.Offset));
        Assert.True(stage.Fetches.Count() >= 4);
    }

    [Fact]
    public async Task A_change_of_leader_is_followed_and_the_log_compared()
    {
        var stage = new ConsumerStage();
        stage.First.Add(5);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);
        await consumer.TakeAsync(5);

        stage.First.Leader = 2;
        stage.First.Epoch = 2;
        stage.First.Add(5);

        Assert.Equal([5, 6, 7, 8, 9], (await consumer.TakeAsync(5)).Select(r => r.Offset));
        var question = Assert.Single(stage.Cluster.Requests<OffsetForLeaderEpochRequest>());
        Assert.Equal((-1, 2, 1), (question.ReplicaId, question.Topics[0].Partitions[0].CurrentLeaderEpoch, question.Topics[0].Partitions[0].LeaderEpoch));
        Assert.Contains(stage.Fetches, f => f.Topics.Any(t => t.Partitions.Any(p => p.CurrentLeaderEpoch == 2)));
    }

    [Fact]
    public async Task Records_that_were_read_and_lost_send_the_consumer_back()
    {
        var stage = new ConsumerStage();
        stage.First.Add(5).Add(5);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);
        await consumer.TakeAsync(10);

        stage.First.EpochEnd = (1, 5);
        stage.First.Leader = 2;
        stage.First.Epoch = 3;

        Assert.Equal([5, 6, 7, 8, 9], (await consumer.TakeAsync(5)).Select(r => r.Offset));
    }

    [Fact]
    public async Task Records_that_were_read_and_lost_are_told_without_a_reset_policy()
    {
        var stage = new ConsumerStage();
        stage.Options.AutoOffsetReset = AutoOffsetReset.None;
        stage.First.Add(5).Add(5);
        await using var consumer = stage.Typed();
        consumer.Assign(new TopicPartitionOffset(stage.First.Id, 0));
        await consumer.TakeAsync(10);

        stage.First.EpochEnd = (1, 5);
        stage.First.Leader = 2;
        stage.First.Epoch = 3;

        var failure = await Assert.ThrowsAsync<LogTruncationException>(() => consumer.TakeAsync(1));
        Assert.Equal((10, 5), (failure.Offset, failure.Divergence!.Value.Offset));
    }

    [Theory]
    [InlineData(ErrorCode.FetchSessionIdNotFound)]
    [InlineData(ErrorCode.InvalidFetchSessionEpoch)]
    public async Task A_lost_fetch_session_is_opened_anew(ErrorCode error)
    {
        var stage = new ConsumerStage();
        stage.First.Add(2);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);
        await consumer.TakeAsync(2);
        await Conditions.UntilAsync(() => stage.Fetches.Any(f => f.SessionEpoch > 2), Cancellation);

        stage.FetchErrors.Enqueue(error);
        await Conditions.UntilAsync(() => stage.FetchErrors.IsEmpty, Cancellation);
        stage.First.Add(2);

        Assert.Equal([2, 3], (await consumer.TakeAsync(2)).Select(r => r.Offset));
        Assert.Equal(2, stage.Fetches.Count(f => f.SessionEpoch == 0 && f.Topics.Count == 1));
        var unchanged = stage.Fetches.Where(f => f.SessionEpoch > 2).ToList();
        Assert.NotEmpty(unchanged);
        Assert.Contains(unchanged, f => f.Topics.Count == 0);
    }

    [Fact]
    public async Task Partitions_that_are_no_longer_wanted_leave_the_session()
    {
        var stage = new ConsumerStage(partitions: 2);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.Partitions.Select(p => p.Id));
        await Conditions.UntilAsync(() => stage.Fetches.Any(f => f.SessionEpoch > 1), Cancellation);

        consumer.Assign(stage.First.Id);
        await Conditions.UntilAsync(() => stage.Fetches.Any(f => f.ForgottenTopicsData.Count > 0), Cancellation);

        var forgotten = Assert.Single(stage.Fetches.First(f => f.ForgottenTopicsData.Count > 0).ForgottenTopicsData);
        Assert.Equal([1], forgotten.Partitions);
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(6, false)]
    [InlineData(7, true)]
    [InlineData(11, false)]
    [InlineData(12, true)]
    [InlineData(18, true)]
    public async Task Every_age_of_broker_is_read_from(short newestFetch, bool sessions)
    {
        var stage = new ConsumerStage(partitions: 2) { WithSessions = sessions, TopicId = newestFetch < 13 ? Guid.Empty : Guid.Parse("bbbbbbbb-0000-0000-0000-000000000001") };
        stage.Cluster.Serving(ApiKey.Fetch, 0, newestFetch).Serving(ApiKey.Metadata, 0, (short)(newestFetch < 13 ? 4 : 12));
        if (newestFetch < 7)
        {
            // Kafka 0.11
            stage.Cluster.Serving(ApiKey.ListOffsets, 0, 2).Serving(ApiKey.OffsetForLeaderEpoch, 0, 0);
        }

        stage.Partitions[0].Add(3);
        stage.Partitions[1].Add(3);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.Partitions.Select(p => p.Id));

        Assert.Equal(6, (await consumer.TakeAsync(6)).Count);
        Assert.All(stage.Cluster.Received.Where(r => r.Key == ApiKey.Fetch), r => Assert.Equal(newestFetch, r.Version));
    }

    [Fact]
    public async Task A_broker_without_topic_ids_is_asked_by_name()
    {
        var stage = new ConsumerStage { TopicId = Guid.Empty };
        stage.First.Add(3);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        Assert.Equal(3, (await consumer.TakeAsync(3)).Count);
        Assert.All(stage.Cluster.Received.Where(r => r.Key == ApiKey.Fetch), r => Assert.Equal(12, r.Version));
    }

    [Fact]
    public async Task Deleted_records_send_the_consumer_to_the_oldest_ones()
    {
        var stage = new ConsumerStage();
        stage.First.BatchesAtOnce = 1;
        stage.First.Add(5);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);
        await consumer.TakeAsync(2);

        stage.First.LogStart = 8;
        stage.First.Add(5);

        // What was fetched before the records went is handed out first.
        Assert.Equal([2, 3, 4, 8, 9], (await consumer.TakeAsync(5)).Select(r => r.Offset));
    }

    [Fact]
    public async Task Deleted_records_are_told_without_a_reset_policy_and_a_seek_goes_on()
    {
        var stage = new ConsumerStage();
        stage.Options.AutoOffsetReset = AutoOffsetReset.None;
        stage.First.Add(10).LogStart = 5;
        await using var consumer = stage.Typed();
        consumer.Assign(new TopicPartitionOffset(stage.First.Id, 2));

        for (var i = 0; i < 2; i++)
        {
            var failure = await Assert.ThrowsAsync<ConsumeException>(() => consumer.TakeAsync(1));
            Assert.Equal((ErrorCode.OffsetOutOfRange, stage.First.Id, 2), (failure.ErrorCode, failure.Partition, failure.Offset));
        }

        consumer.Seek(new TopicPartitionOffset(stage.First.Id, 6));
        Assert.Equal(6, (await consumer.TakeAsync(1))[0].Offset);
    }

    [Fact]
    public async Task A_start_without_position_and_policy_is_told_until_a_seek()
    {
        var stage = new ConsumerStage();
        stage.Options.AutoOffsetReset = AutoOffsetReset.None;
        stage.First.Add(3);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        await Assert.ThrowsAsync<ConsumeException>(() => consumer.TakeAsync(1));
        Assert.Contains("auto.offset.reset", (await Assert.ThrowsAsync<ConsumeException>(() => consumer.TakeAsync(1))).Message, StringComparison.Ordinal);
        consumer.SeekToBeginning();

        Assert.Equal(0, (await consumer.TakeAsync(1))[0].Offset);
    }

    [Fact]
    public async Task A_slow_broker_does_not_hold_up_the_others()
    {
        var stage = new ConsumerStage(partitions: 2);
        stage.Options.QueuedMaxBytes = 4000; // one broker must not take all of it
        stage.Partitions[0].Add(3);
        stage.Partitions[1].Add(3).Leader = 2;
        stage.Stuck[2] = true;
        await using var consumer = stage.Typed();
        consumer.Assign(stage.Partitions.Select(p => p.Id));

        Assert.All(await consumer.TakeAsync(3), r => Assert.Equal(0, r.Partition.Partition));
        await Conditions.UntilAsync(() => stage.Cluster.Received.Any(r => r.Key == ApiKey.Fetch && r.Broker.Host == "broker-2"), Cancellation);
        Assert.InRange(consumer.UsedBytes, 1, 4000);
        stage.Partitions[0].Add(3);
        Assert.All(await consumer.TakeAsync(3), r => Assert.Equal(0, r.Partition.Partition));
    }

    [Fact]
    public async Task Dispose_does_not_wait_for_a_fetch_that_is_held_back_and_ends_a_read()
    {
        var stage = new ConsumerStage();
        stage.Stuck[1] = true;
        var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);
        var reading = consumer.TakeAsync(1);
        await Conditions.UntilAsync(() => stage.Fetches.Any(), Cancellation);

        await consumer.DisposeAsync().AsTask().WaitAsync(Limit, Cancellation);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(Limit, Cancellation));
    }

    [Fact]
    public async Task A_nearer_replica_is_read_from_and_left_when_it_fails()
    {
        var stage = new ConsumerStage();
        stage.Options.ClientRack = "here";
        stage.First.PreferredReplica = 2;
        stage.First.Add(3);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        Assert.Equal([0, 1, 2], (await consumer.TakeAsync(3)).Select(r => r.Offset));
        Assert.Contains(stage.Cluster.Received, r => r.Key == ApiKey.Fetch && r.Broker == new BrokerAddress("broker-2", 9092));
        Assert.All(stage.Fetches, f => Assert.Equal("here", f.RackId));

        stage.First.PreferredReplica = -1;
        stage.First.Add(3);
        Assert.Equal([3, 4, 5], (await consumer.TakeAsync(3)).Select(r => r.Offset));
    }

    [Fact]
    public async Task Errors_that_pass_are_passed_over()
    {
        var stage = new ConsumerStage();
        foreach (var error in new[]
        {
            ErrorCode.NotLeaderOrFollower, ErrorCode.ReplicaNotAvailable, ErrorCode.KafkaStorageError, ErrorCode.FencedLeaderEpoch, ErrorCode.UnknownLeaderEpoch,
            ErrorCode.OffsetNotAvailable, ErrorCode.UnknownTopicOrPartition, ErrorCode.UnknownTopicId, ErrorCode.InconsistentTopicId, ErrorCode.UnknownServerError,
        })
        {
            stage.First.Errors.Enqueue(error);
        }

        stage.First.Add(3);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        Assert.Equal([0, 1, 2], (await consumer.TakeAsync(3)).Select(r => r.Offset));
    }

    [Fact]
    public async Task An_error_that_stays_is_told_with_its_partition()
    {
        var stage = new ConsumerStage();
        stage.First.Errors.Enqueue(ErrorCode.TopicAuthorizationFailed);
        stage.First.Add(3);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        var failure = await Assert.ThrowsAsync<ConsumeException>(() => consumer.TakeAsync(1));

        Assert.Equal((ErrorCode.TopicAuthorizationFailed, stage.First.Id, 0), (failure.ErrorCode, failure.Partition, failure.Offset));
        Assert.Equal(3, (await consumer.TakeAsync(3)).Count);
    }

    [Fact]
    public async Task Two_callers_cannot_read_at_once()
    {
        var stage = new ConsumerStage();
        await using var consumer = stage.Raw();
        var first = consumer.PollBatchAsync(TimeSpan.FromMinutes(1), Cancellation).AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(() => consumer.PollBatchAsync(TimeSpan.Zero, Cancellation).AsTask());

        stage.First.Add(1);
        consumer.Assign(stage.First.Id);
        Assert.NotNull(await first);
    }

    private static byte[] Change(byte[] frame, int at, int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(at), value);
        return frame;
    }
}
