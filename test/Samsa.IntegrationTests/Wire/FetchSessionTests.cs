using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>Incremental fetch sessions over the wire (KIP-227).</summary>
public sealed class FetchSessionTests(WireBroker broker) : IClassFixture<WireBroker>
{
    public static TheoryData<short> Versions => WireVersions.Of(ApiKey.Fetch, from: 7);

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_session_tells_only_what_changed(short version)
    {
        broker.Require(ApiKey.Fetch, version);
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using var client = await broker.ConnectAsync();
        var full = await client.SendAsync<FetchResponse>(Both(topic, version, id: 0, epoch: 0), version);
        Assert.Equal(ErrorCode.None, full.ErrorCode);
        Assert.NotEqual(0, full.SessionId);
        Assert.Equal(2, full.Responses.Sum(answer => answer.Partitions.Count));

        var quiet = await client.SendAsync<FetchResponse>(Nothing(full.SessionId, 1), version);
        await client.MustProduceAsync(topic, WireRecords.Batch(), partition: 1);
        var changed = await client.SendAsync<FetchResponse>(Nothing(full.SessionId, 2), version);

        Assert.Equal((ErrorCode.None, full.SessionId, 0), (quiet.ErrorCode, quiet.SessionId, quiet.Responses.Count));
        var partition = Assert.Single(Assert.Single(changed.Responses).Partitions);
        Assert.Equal((1, 1L), (partition.PartitionIndex, partition.HighWatermark));
        Assert.Single(WireRecords.Read(partition.Records.Memory.Span));
    }

    [Fact]
    public async Task A_partition_that_is_forgotten_is_told_of_no_more()
    {
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using var client = await broker.ConnectAsync();
        var full = await client.SendAsync<FetchResponse>(Both(topic, 11, id: 0, epoch: 0), 11);
        await client.MustProduceAsync(topic, WireRecords.Batch(), partition: 0);
        await client.MustProduceAsync(topic, WireRecords.Batch(), partition: 1);

        var request = Nothing(full.SessionId, 1);
        request.ForgottenTopicsData.Add(new FetchRequest.ForgottenTopic { Topic = topic.Name, Partitions = [1] });
        var response = await client.SendAsync<FetchResponse>(request, 11);

        Assert.Equal(0, Assert.Single(Assert.Single(response.Responses).Partitions).PartitionIndex);
    }

    [Theory]
    [InlineData(123456, 1)]
    [InlineData(0, 5)]
    public async Task An_unknown_session_is_not_found(int id, int epoch)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var response = await client.SendAsync<FetchResponse>(Both(topic, 11, id, epoch), 11);

        Assert.Equal((ErrorCode.FetchSessionIdNotFound, 0, 0), (response.ErrorCode, response.SessionId, response.Responses.Count));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_full_fetch_with_an_unknown_session_is_served(int epoch)
    {
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using var client = await broker.ConnectAsync();

        var response = await client.SendAsync<FetchResponse>(Both(topic, 11, id: 123456, epoch), 11);

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.Equal(2, response.Responses.Sum(answer => answer.Partitions.Count));
        Assert.Equal(epoch == 0, response.SessionId != 0);
    }

    [Fact]
    public async Task A_wrong_epoch_is_refused_and_the_session_lives_on()
    {
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using var client = await broker.ConnectAsync();
        var full = await client.SendAsync<FetchResponse>(Both(topic, 11, id: 0, epoch: 0), 11);

        var wrong = await client.SendAsync<FetchResponse>(Nothing(full.SessionId, 7), 11);
        var right = await client.SendAsync<FetchResponse>(Nothing(full.SessionId, 1), 11);

        Assert.Equal((ErrorCode.InvalidFetchSessionEpoch, 0), (wrong.ErrorCode, wrong.SessionId));
        Assert.Equal((ErrorCode.None, full.SessionId), (right.ErrorCode, right.SessionId));
    }

    [Fact]
    public async Task Epoch_minus_1_ends_a_session()
    {
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using var client = await broker.ConnectAsync();
        var full = await client.SendAsync<FetchResponse>(Both(topic, 11, id: 0, epoch: 0), 11);

        var end = await client.SendAsync<FetchResponse>(Nothing(full.SessionId, -1), 11);
        var after = await client.SendAsync<FetchResponse>(Nothing(full.SessionId, 1), 11);

        Assert.Equal((ErrorCode.None, 0), (end.ErrorCode, end.SessionId));
        Assert.Equal(ErrorCode.FetchSessionIdNotFound, after.ErrorCode);
    }

    [Fact]
    public async Task A_session_of_names_cannot_go_on_with_ids()
    {
        broker.Require(ApiKey.Fetch, 13);
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using var client = await broker.ConnectAsync();
        var full = await client.SendAsync<FetchResponse>(Both(topic, 12, id: 0, epoch: 0), 12);

        var response = await client.SendAsync<FetchResponse>(Nothing(full.SessionId, 1), 13);

        Assert.Equal(ErrorCode.FetchSessionTopicIdError, response.ErrorCode);
    }

    private static FetchRequest Both(WireTopic topic, short version, int id, int epoch)
    {
        var request = WireCalls.FetchRequest(topic, 0, version);
        request.Topics[0].Partitions.Add(WireCalls.FetchRequest(topic, 0, version, partition: 1).Topics[0].Partitions[0]);
        request.SessionId = id;
        request.SessionEpoch = epoch;
        return request;
    }

    private static FetchRequest Nothing(int id, int epoch) => new() { SessionId = id, SessionEpoch = epoch };
}
