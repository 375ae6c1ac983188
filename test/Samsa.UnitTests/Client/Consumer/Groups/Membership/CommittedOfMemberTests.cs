using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

/// <summary>As whom a member of a group of KIP-848 asks for committed offsets.</summary>
public sealed class CommittedOfMemberTests
{
    private readonly ConsumerStage _stage = new();
    private readonly StageGroup _group;
    private readonly StageHeartbeats _members;

    public CommittedOfMemberTests()
    {
        _group = new StageGroup(_stage);
        _members = new StageHeartbeats(_stage);
        _stage.Options.GroupId = "g";
        _stage.Options.GroupProtocol = GroupProtocol.Consumer;
        _stage.First.Add(10);
        _group[_stage.First.Id] = new CommittedOffset(4);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_names_itself_and_its_epoch()
    {
        await using var consumer = _stage.Typed();
        consumer.Subscribe(ConsumerStage.Topic);
        Assert.Equal(4, (await consumer.TakeAsync(1))[0].Offset);
        await consumer.CommittedAsync([_stage.First.Id], Cancellation);

        var expected = (consumer.GroupMetadata.MemberId, 1);
        Assert.Equal([expected, expected], Asked());
    }

    [Theory]
    [InlineData(8)]
    [InlineData(7)]
    public async Task A_coordinator_that_does_not_know_that_is_asked_without(short version)
    {
        _stage.Cluster.Serving(ApiKey.OffsetFetch, 1, version);
        await using var consumer = _stage.Typed();
        consumer.Subscribe(ConsumerStage.Topic);

        Assert.Equal(4, (await consumer.TakeAsync(1))[0].Offset);
    }

    [Fact]
    public async Task With_a_new_epoch_it_asks_again()
    {
        _group.FetchErrors.Enqueue(ErrorCode.StaleMemberEpoch);
        await using var consumer = _stage.Typed();
        consumer.Subscribe(ConsumerStage.Topic);
        Assert.Equal(4, (await consumer.TakeAsync(1))[0].Offset);

        _members.Epoch = 2;
        _group.FetchErrors.Enqueue(ErrorCode.StaleMemberEpoch);
        await Conditions.UntilAsync(() => consumer.GroupMetadata.GenerationId == 2, Cancellation);
        Assert.Equal(4, (await consumer.CommittedAsync([_stage.First.Id], Cancellation))[_stage.First.Id]!.Value.Offset);
        Assert.Equal(2, Asked()[^1].Epoch);
    }

    [Fact]
    public async Task One_that_was_put_out_joins_anew_and_takes_over_only_then()
    {
        // The coordinator says first to the question and then to the heartbeat that it does not know the member.
        List<string> heard = [];
        await using var consumer = _stage.Typed();
        _stage.Cluster.On(ApiKey.OffsetFetch, _ =>
        {
            _members.Errors.Enqueue(ErrorCode.UnknownMemberId);
            _group.ServeFetches(_stage);
            return new OffsetFetchResponse { Groups = [new() { GroupId = "g", ErrorCode = ErrorCode.UnknownMemberId }] };
        });
        consumer.Subscribe([ConsumerStage.Topic], new RebalanceListener
        {
            Assigned = (_, _) => Hear("assigned"),
            Lost = (_, _) => Hear("lost"),
        });

        Assert.Equal(4, (await consumer.TakeAsync(1))[0].Offset);
        Assert.Equal(["assigned", "lost", "assigned"], heard);

        ValueTask Hear(string what)
        {
            heard.Add(what);
            return ValueTask.CompletedTask;
        }
    }

    private List<(string? Id, int Epoch)> Asked() =>
        [.. _stage.Cluster.Requests<OffsetFetchRequest>().Select(r => (r.Groups[0].MemberId, r.Groups[0].MemberEpoch))];
}
