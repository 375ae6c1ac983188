using Samsa.Broker.Api.Fetching;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Broker.Fetching;

/// <summary>The rules of KIP-227 as measured on Apache Kafka 3.9 and 4.3.</summary>
public sealed class FetchSessionTests
{
    private const short NamesVersion = 11;
    private const short IdsVersion = 13;

    private readonly FetchSessionCache _cache = new(slots: 3, TimeProvider.System);

    [Fact]
    public void Resolve_without_a_session_reads_what_the_request_names()
    {
        var context = Resolve(Request(sessionId: 0, FetchContext.FinalEpoch, 0, 1));

        Assert.Equal([0, 1], context.Partitions.Select(p => p.Key.Partition));
        Assert.Equal(0, context.Conclude(ResultsOf(context)));
        Assert.Equal(0, _cache.Count);
    }

    [Fact]
    public void Resolve_of_a_full_fetch_makes_a_session_that_goes_on_with_epoch_one()
    {
        var id = Start(0, 1);

        var next = Resolve(Request(id, 1));

        Assert.Equal([0, 1], next.Partitions.Select(p => p.Key.Partition));
    }

    [Fact]
    public void An_incremental_answer_leaves_out_what_did_not_change()
    {
        var id = Start(0, 1);

        var context = Resolve(Request(id, 1));
        var results = ResultsOf(context);
        results[1].HighWatermark = 7;
        context.Conclude(results);

        Assert.Equal([1], results.Select(r => r.Request.Key.Partition));
    }

    [Fact]
    public void An_error_is_told_again_in_every_answer()
    {
        var id = Start(0);
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            var context = Resolve(Request(id, epoch));
            var results = ResultsOf(context);
            results[0].Error = ErrorCode.UnknownTopicOrPartition;
            context.Conclude(results);
            Assert.Single(results);
        }
    }

    [Fact]
    public void A_partition_that_got_data_is_served_last_the_next_time()
    {
        var id = Start(0, 1, 2);
        var context = Resolve(Request(id, 1));
        var results = ResultsOf(context);
        results[0].Converted = new byte[10];
        context.Conclude(results);

        Assert.Equal([1, 2, 0], Resolve(Request(id, 2)).Partitions.Select(p => p.Key.Partition));
    }

    [Fact]
    public void An_incremental_request_adds_and_forgets_partitions()
    {
        var id = Start(0, 1);
        var request = Request(id, 1, 5);
        request.ForgottenTopicsData.Add(new FetchRequest.ForgottenTopic { Topic = "t", Partitions = [0] });

        Assert.Equal([1, 5], Resolve(request).Partitions.Select(p => p.Key.Partition));
    }

    [Fact]
    public void Forgetting_the_last_partition_ends_the_session()
    {
        var id = Start(0);
        var request = Request(id, 1);
        request.ForgottenTopicsData.Add(new FetchRequest.ForgottenTopic { Topic = "t", Partitions = [0] });

        Assert.Empty(Resolve(request).Partitions);
        Assert.Equal(0, _cache.Count);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(12345, 1)]
    public void Resolve_of_an_unknown_session_is_FETCH_SESSION_ID_NOT_FOUND(int sessionId, int epoch) =>
        Assert.Equal(ErrorCode.FetchSessionIdNotFound, FetchContext.Resolve(_cache, Request(sessionId, epoch, 0), NamesVersion, out _));

    [Theory]
    [InlineData(FetchContext.InitialEpoch)]
    [InlineData(FetchContext.FinalEpoch)]
    public void A_full_fetch_with_an_unknown_session_id_is_served(int epoch) =>
        Assert.Equal(ErrorCode.None, FetchContext.Resolve(_cache, Request(12345, epoch, 0), NamesVersion, out _));

    [Fact]
    public void A_wrong_epoch_is_refused_and_the_right_one_still_works()
    {
        var id = Start(0);

        Assert.Equal(ErrorCode.InvalidFetchSessionEpoch, FetchContext.Resolve(_cache, Request(id, 9), NamesVersion, out _));
        Assert.Equal(ErrorCode.None, FetchContext.Resolve(_cache, Request(id, 1), NamesVersion, out _));
    }

    [Fact]
    public void A_session_of_names_cannot_go_on_with_ids()
    {
        var id = Start(0);

        Assert.Equal(ErrorCode.FetchSessionTopicIdError, FetchContext.Resolve(_cache, Request(id, 1), IdsVersion, out _));
    }

    [Fact]
    public void A_full_cache_answers_session_zero()
    {
        for (var i = 0; i < 3; i++)
        {
            Assert.NotEqual(0, Start(0));
        }

        Assert.Equal(0, Start(0));
    }

    [Fact]
    public void An_idle_session_gives_its_slot_to_a_newcomer()
    {
        var time = new ManualTimeProvider();
        var cache = new FetchSessionCache(slots: 1, time);
        var first = cache.TryCreate(usesTopicIds: false, [Wanted(0)]);
        Assert.Null(cache.TryCreate(usesTopicIds: false, [Wanted(0)]));

        time.Advance(TimeSpan.FromMilliseconds(FetchSessionCache.EvictionMs + 1));

        Assert.NotNull(cache.TryCreate(usesTopicIds: false, [Wanted(0)]));
        Assert.False(cache.TryGet(first!.Id, out _));
    }

    [Fact]
    public void The_epoch_wraps_from_the_largest_to_one()
    {
        var session = _cache.TryCreate(usesTopicIds: false, [Wanted(0)])!;
        typeof(FetchSession).GetProperty(nameof(FetchSession.NextEpoch))!.SetValue(session, int.MaxValue);

        session.Advance();

        Assert.Equal(1, session.NextEpoch);
    }

    private int Start(params int[] partitions)
    {
        var context = Resolve(Request(sessionId: 0, FetchContext.InitialEpoch, partitions));
        return context.Conclude(ResultsOf(context));
    }

    private FetchContext Resolve(FetchRequest request)
    {
        Assert.Equal(ErrorCode.None, FetchContext.Resolve(_cache, request, NamesVersion, out var context));
        return context!;
    }

    private static List<FetchPartitionResult> ResultsOf(FetchContext context) =>
        [.. context.Partitions.Select(p => new FetchPartitionResult(p) { HighWatermark = 0, LogStartOffset = 0, LastStableOffset = 0 })];

    private static FetchPartition Wanted(int index) => new(new FetchSessionKey("t", Guid.Empty, index));

    private static FetchRequest Request(int sessionId, int epoch, params int[] partitions)
    {
        var request = new FetchRequest { SessionId = sessionId, SessionEpoch = epoch };
        if (partitions.Length > 0)
        {
            request.Topics.Add(new FetchRequest.FetchTopic
            {
                Topic = "t",
                Partitions = [.. partitions.Select(p => new FetchRequest.FetchPartition { Partition = p, PartitionMaxBytes = 1000 })],
            });
        }

        return request;
    }
}
