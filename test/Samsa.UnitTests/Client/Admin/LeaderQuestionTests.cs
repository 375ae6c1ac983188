using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Scripted;
using Xunit;

namespace Samsa.UnitTests.Client.Admin;

/// <summary>Questions that only a partition's leader answers.</summary>
public sealed class LeaderQuestionTests : IAsyncDisposable
{
    private static readonly TopicPartition A0 = new("a", 0);
    private static readonly TopicPartition A1 = new("a", 1);
    private static readonly TopicPartition B0 = new("b", 0);

    private readonly AdminScript _script = new();

    public LeaderQuestionTests()
    {
        _script.Leaders[A0] = 1;
        _script.Leaders[A1] = 2;
        _script.Leaders[B0] = 2;
        _script.Cluster.On(ApiKey.DeleteRecords, DeleteRecords).On(ApiKey.ListOffsets, ListOffsets).On(ApiKey.DescribeProducers, DescribeProducers);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _script.DisposeAsync();

    [Fact]
    public async Task DeleteRecordsAsync_asks_each_leader_once()
    {
        var results = await _script.Admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [A0] = 10, [A1] = 11, [B0] = -1 }, Cancellation);

        Assert.Equal([(A0, 10L), (A1, 11L), (B0, -1L)], results.Select(r => (r.Partition, r.LowWatermark)));
        Assert.Single(_script.At<DeleteRecordsRequest>(1));
        Assert.Equal(["a", "b"], Assert.Single(_script.At<DeleteRecordsRequest>(2)).Topics.Select(t => t.Name));
    }

    [Fact]
    public async Task DeleteRecordsAsync_follows_a_leader_that_moved_and_repeats_nothing_else()
    {
        var moved = false;
        _script.Cluster.On(ApiKey.DeleteRecords, request =>
        {
            if (!moved)
            {
                // Between the metadata and the request.
                moved = true;
                (_script.Leaders[A0], _script.Leaders[A1], _script.Leaders[B0]) = (2, 2, 2);
            }

            return DeleteRecords(request);
        });

        var results = await _script.Admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [A0] = 10, [A1] = 11 }, Cancellation);

        Assert.All(results, r => Assert.True(r.Succeeded));
        Assert.Equal(
            ["a-0", "a-0", "a-1"],
            _script.Cluster.Requests<DeleteRecordsRequest>().SelectMany(r => r.Topics).SelectMany(t => t.Partitions.Select(p => $"{t.Name}-{p.PartitionIndex}")).Order());
    }

    [Fact]
    public async Task DeleteRecordsAsync_reports_a_partition_out_of_range_beside_the_others()
    {
        var results = await _script.Admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [A0] = 1_000_000, [A1] = 1 }, Cancellation);

        Assert.Equal([(ErrorCode.OffsetOutOfRange, -1L), (ErrorCode.None, 1L)], results.Select(r => (r.Error, r.LowWatermark)));
    }

    [Fact]
    public async Task A_leader_that_cannot_be_reached_costs_its_own_partitions_only_until_it_is_replaced()
    {
        _script.Cluster.Faults.RefusedAddresses[new(AdminScript.Host(2), 9092)] = true;
        var attempts = 0;
        _script.Cluster.On(ApiKey.ListOffsets, request =>
        {
            if (++attempts == 1)
            {
                _script.Leaders[A1] = 1;
            }

            return ListOffsets(request);
        });

        var results = await _script.Admin.ListOffsetsAsync(
            new Dictionary<TopicPartition, OffsetSpec> { [A0] = OffsetSpec.Latest, [A1] = OffsetSpec.Latest }, cancellation: Cancellation);

        Assert.All(results, r => Assert.Equal(ErrorCode.None, r.Error));
        Assert.Equal(2, _script.Cluster.Requests<ListOffsetsRequest>().Count());
    }

    [Fact]
    public async Task ListOffsetsAsync_sends_isolation_and_every_special_timestamp()
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(1234);
        OffsetSpec[] specs =
        [
            OffsetSpec.At(time), OffsetSpec.Latest, OffsetSpec.Earliest, OffsetSpec.MaxTimestamp, OffsetSpec.EarliestLocal, OffsetSpec.LatestTiered,
        ];
        var asked = new Dictionary<TopicPartition, OffsetSpec>();
        for (var i = 0; i < specs.Length; i++)
        {
            asked[new("t", i)] = specs[i];
            _script.Leaders[new("t", i)] = 1;
        }

        var results = await _script.Admin.ListOffsetsAsync(asked, IsolationLevel.ReadCommitted, Cancellation);

        // The script answers with the timestamp as the offset.
        Assert.Equal([1234, -1, -2, -3, -4, -5], results.Select(r => r.Offset));
        Assert.Equal(1, Assert.Single(_script.Cluster.Requests<ListOffsetsRequest>()).IsolationLevel);
    }

    [Fact]
    public async Task ListOffsetsAsync_of_an_old_broker_refuses_only_what_it_does_not_know()
    {
        _script.Cluster.Serving(ApiKey.ListOffsets, 0, 7);
        var results = await _script.Admin.ListOffsetsAsync(
            new Dictionary<TopicPartition, OffsetSpec> { [A0] = OffsetSpec.MaxTimestamp, [A1] = OffsetSpec.EarliestLocal, [B0] = OffsetSpec.Earliest },
            cancellation: Cancellation);

        Assert.Equal([(ErrorCode.None, -3L), (ErrorCode.UnsupportedVersion, -1L), (ErrorCode.None, -2L)], results.Select(r => (r.Error, r.Offset)));
    }

    [Fact]
    public async Task ListOffsetsAsync_of_Kafka_0_10_cannot_look_below_the_last_stable_offset()
    {
        _script.Cluster.Serving(ApiKey.ListOffsets, 0, 1);
        var asked = new Dictionary<TopicPartition, OffsetSpec> { [A0] = OffsetSpec.Latest };

        Assert.Equal(-1, Assert.Single(await _script.Admin.ListOffsetsAsync(asked, cancellation: Cancellation)).Offset);
        var refused = Assert.Single(await _script.Admin.ListOffsetsAsync(asked, IsolationLevel.ReadCommitted, Cancellation));
        Assert.Equal(ErrorCode.UnsupportedVersion, refused.Error);
    }

    [Fact]
    public async Task A_topic_that_nobody_knows_fails_after_a_while_and_holds_up_no_other()
    {
        var results = await _script.Admin.ListOffsetsAsync(
            new Dictionary<TopicPartition, OffsetSpec> { [new("nope", 0)] = OffsetSpec.Latest, [new("a", 7)] = OffsetSpec.Latest, [A0] = OffsetSpec.Earliest },
            cancellation: Cancellation);

        Assert.Equal(
            [ErrorCode.UnknownTopicOrPartition, ErrorCode.UnknownTopicOrPartition, ErrorCode.None], results.Select(r => r.Error));
        Assert.Contains("nope-0", results[0].ErrorMessage, StringComparison.Ordinal);
        Assert.Single(_script.Cluster.Requests<ListOffsetsRequest>());
    }

    [Fact]
    public async Task A_topic_that_comes_up_while_it_is_asked_for_is_found()
    {
        var partition = new TopicPartition("new", 0);
        var asking = _script.Admin.DescribeProducersAsync([partition], Cancellation);
        while (_script.Cluster.Requests<MetadataRequest>().Count(r => r.Topics?.Count == 1) < 2)
        {
            await Task.Yield();
        }

        _script.Leaders[partition] = 1;

        var producer = Assert.Single(Assert.Single(await asking).Producers);
        Assert.Equal(new ActiveProducer(5, 6, 7, 8, 9, 10), producer);
    }

    private bool Leads(ScriptedRequest request, TopicPartition partition) =>
        _script.Leaders.TryGetValue(partition, out var leader) && AdminScript.Host(leader) == request.Broker.Host;

    private DeleteRecordsResponse DeleteRecords(ScriptedRequest request) => new()
    {
        Topics = [.. ((DeleteRecordsRequest)request.Message).Topics.Select(t => new DeleteRecordsResponse.DeleteRecordsTopicResult
        {
            Name = t.Name,
            Partitions = [.. t.Partitions.Select(p => new DeleteRecordsResponse.DeleteRecordsPartitionResult
            {
                PartitionIndex = p.PartitionIndex,
                LowWatermark = p.Offset,
                ErrorCode = !Leads(request, new(t.Name, p.PartitionIndex)) ? ErrorCode.NotLeaderOrFollower
                    : p.Offset >= 1_000_000 ? ErrorCode.OffsetOutOfRange
                    : ErrorCode.None,
            })],
        })],
    };

    private ListOffsetsResponse ListOffsets(ScriptedRequest request) => new()
    {
        Topics = [.. ((ListOffsetsRequest)request.Message).Topics.Select(t => new ListOffsetsResponse.ListOffsetsTopicResponse
        {
            Name = t.Name,
            Partitions = [.. t.Partitions.Select(p => new ListOffsetsResponse.ListOffsetsPartitionResponse
            {
                PartitionIndex = p.PartitionIndex,
                Offset = p.Timestamp,
                ErrorCode = Leads(request, new(t.Name, p.PartitionIndex)) ? ErrorCode.None : ErrorCode.NotLeaderOrFollower,
            })],
        })],
    };

    private DescribeProducersResponse DescribeProducers(ScriptedRequest request) => new()
    {
        Topics = [.. ((DescribeProducersRequest)request.Message).Topics.Select(t => new DescribeProducersResponse.TopicResponse
        {
            Name = t.Name,
            Partitions = [.. t.PartitionIndexes.Select(p => new DescribeProducersResponse.PartitionResponse
            {
                PartitionIndex = p,
                ErrorCode = Leads(request, new(t.Name, p)) ? ErrorCode.None : ErrorCode.NotLeaderOrFollower,
                ActiveProducers = [new() { ProducerId = 5, ProducerEpoch = 6, LastSequence = 7, LastTimestamp = 8, CoordinatorEpoch = 9, CurrentTxnStartOffset = 10 }],
            })],
        })],
    };
}
