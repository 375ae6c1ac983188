using Samsa.Client.Consumer;
using Samsa.Client.Consumer.Fetching;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>What a consumer does with what brokers say of each other, and with the sessions that they keep for it.</summary>
public sealed class LeadersAndSessionsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_leader_that_a_fetch_names_is_followed_without_metadata()
    {
        // Metadata go on naming broker 1: only the answer to the fetch leads to broker 2.
        var stage = new ConsumerStage();
        stage.First.Add(3);
        stage.First.Leader = 2;
        stage.First.Epoch = 7;
        stage.First.ToldLeader = (1, 6);
        stage.First.NamesLeader = true;
        await using var consumer = stage.Typed();
        consumer.Assign(new TopicPartitionOffset(stage.First.Id, 0));

        Assert.Equal([0L, 1L, 2L], (await consumer.TakeAsync(3)).Select(r => r.Offset));
    }

    [Fact]
    public async Task A_leader_of_an_older_epoch_is_not_believed()
    {
        var stage = new ConsumerStage();
        stage.First.Add(3);
        stage.First.NamesLeader = true;
        await using var consumer = stage.Typed();
        consumer.Assign(new TopicPartitionOffset(stage.First.Id, 0));
        await consumer.TakeAsync(3);

        // Broker 1 believes in a leader of long ago.
        (stage.First.Leader, stage.First.Epoch, stage.First.ToldLeader) = (2, 0, (1, 1));
        stage.First.Add(1);
        var before = stage.Fetches.Count();
        await Conditions.UntilAsync(() => stage.Fetches.Count() > before + 3, Cancellation);
        Assert.DoesNotContain(stage.Cluster.Received, r => r.Broker.Host == "broker-2" && r.Key == ApiKey.Fetch);
    }

    [Fact]
    public async Task Disposal_closes_the_sessions_that_brokers_keep()
    {
        var stage = new ConsumerStage(partitions: 2);
        stage.Partitions[1].Leader = 2;
        stage.Partitions[0].Add(1);
        stage.Partitions[1].Add(1);
        var consumer = stage.Typed();
        consumer.Assign(stage.Partitions.Select(p => p.Id));
        await consumer.TakeAsync(2);
        await Conditions.UntilAsync(() => stage.OpenSessions == 2, Cancellation);

        await consumer.DisposeAsync();

        Assert.Equal(0, stage.OpenSessions);
        Assert.Equal(2, stage.Fetches.Count(f => f.SessionEpoch == -1 && f.SessionId > 0 && f.Topics.Count == 0));
    }

    [Fact]
    public async Task Disposal_waits_for_no_broker_that_holds_its_fetch_back()
    {
        var stage = new ConsumerStage();
        stage.First.Add(1);
        var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);
        await consumer.TakeAsync(1);
        stage.Stuck[1] = true;
        await Conditions.UntilAsync(() => stage.Fetches.Last() is { SessionEpoch: > 0 }, Cancellation);

        await consumer.DisposeAsync().AsTask().WaitAsync(Conditions.Limit, TimeProvider.System, Cancellation);
    }

    [Fact]
    public void A_session_of_which_an_answer_was_lost_is_opened_anew_and_replaces_the_old_one()
    {
        var session = new FetchSession(new ConsumerOptions());
        var state = new PartitionState(new TopicPartition("t", 0)) { FetchOffset = 5 };
        List<FetchTarget> targets = [new FetchTarget(state, 0, Guid.Empty, 5, -1, false)];
        Assert.Equal(0, session.Build(targets, 12, 100).SessionEpoch);
        Assert.True(session.Answered(new FetchResponse { SessionId = 42 }, 12));
        var second = session.Build(targets, 12, 100);
        Assert.Equal((42, 1, 0), (second.SessionId, second.SessionEpoch, second.Topics.Count));

        session.Lost();

        // The broker may or may not have counted the lost one: all is said again, under the id that the broker can then forget.
        var third = session.Build(targets, 12, 100);
        Assert.Equal((42, 0, 1), (third.SessionId, third.SessionEpoch, third.Topics.Count));
        Assert.Equal(5, Assert.Single(third.Topics[0].Partitions).FetchOffset);
        Assert.Equal((42, -1), (session.Close()!.SessionId, session.Close()!.SessionEpoch));
    }

    [Fact]
    public async Task Reading_while_the_log_start_moves_loses_nothing_that_is_still_there()
    {
        const int Overtakes = 4;
        var stage = new ConsumerStage();
        stage.First.BatchesAtOnce = 2;
        long end = 0;
        Append(10);

        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);
        List<long> seen = [];
        var resets = 0;
        long nextMove = 50;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Conditions.Limit);
        await foreach (var record in consumer.ConsumeAsync(limit.Token))
        {
            if (seen.Count > 0 && record.Offset != seen[^1] + 1)
            {
                resets++;
            }

            seen.Add(record.Offset);

            // Deletion overtakes what the reader fetched ahead, also between the answer to ListOffsets and the next fetch; again
            // and again, because the reader may be the faster one.
            if (resets < Overtakes && record.Offset >= nextMove)
            {
                var fetchedAtMost = end;
                Append(20);
                stage.First.LogStart = fetchedAtMost + 30;
                nextMove = record.Offset + 50;
            }
            else if (resets >= Overtakes && record.Offset == end - 1)
            {
                break;
            }
        }

        Assert.Equal(seen.Order().Distinct(), seen);
        var start = stage.First.LogStart;
        Assert.Equal(Enumerable.Range((int)start, (int)(end - start)).Select(i => (long)i), seen.Where(o => o >= start));

        void Append(int batches)
        {
            for (var i = 0; i < batches; i++, end += 10)
            {
                stage.First.Add(10);
            }
        }
    }
}
