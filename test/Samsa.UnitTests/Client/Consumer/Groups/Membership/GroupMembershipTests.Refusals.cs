using System.Text.RegularExpressions;
using Samsa.Client;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

// What is refused, by the caller's assignor, the coordinator or the consumer itself; patterns.
public sealed partial class GroupMembershipTests
{
    [Fact]
    public async Task An_assignor_that_fails_is_told_to_the_caller()
    {
        _stage.Options.PartitionAssignmentStrategy = [() => new Broken()];
        await using var consumer = _stage.Typed();
        consumer.Subscribe(ConsumerStage.Topic);

        var failure = await Assert.ThrowsAsync<KafkaException>(() => consumer.PollAsync(Conditions.Limit, Cancellation));

        Assert.Contains("cannot count", failure.Message, StringComparison.Ordinal);
        Assert.IsType<NotSupportedException>(failure.InnerException);
    }

    [Fact]
    public async Task A_refusal_reaches_the_caller_and_the_next_call_joins()
    {
        _members.Fail(ApiKey.JoinGroup, ErrorCode.GroupAuthorizationFailed);
        await using var consumer = _stage.Typed();
        consumer.Subscribe(ConsumerStage.Topic);

        Assert.Equal(
            ErrorCode.GroupAuthorizationFailed, (await Assert.ThrowsAsync<KafkaException>(() => consumer.PollAsync(Conditions.Limit, Cancellation))).ErrorCode);
        Assert.NotEmpty(await consumer.PollAsync(Conditions.Limit, Cancellation));
    }

    [Fact]
    public async Task A_static_member_needs_a_coordinator_that_knows_them_and_does_not_leave()
    {
        _stage.Options.GroupInstanceId = "i";
        await using (var consumer = _stage.Typed())
        {
            consumer.Subscribe(ConsumerStage.Topic);
            await consumer.TakeAsync(1);
        }

        Assert.Equal("i", _stage.Cluster.Requests<JoinGroupRequest>().Last().GroupInstanceId);
        Assert.Empty(_stage.Cluster.Requests<LeaveGroupRequest>());
        _stage.Cluster.Serving(ApiKey.JoinGroup, 0, 4);
        await using var old = _stage.Typed();
        old.Subscribe(ConsumerStage.Topic);
        Assert.Equal(
            ErrorCode.UnsupportedVersion, (await Assert.ThrowsAsync<KafkaException>(() => old.PollAsync(Conditions.Limit, Cancellation))).ErrorCode);
    }

    [Fact]
    public async Task A_pattern_takes_the_topics_whose_names_it_finds()
    {
        await using var consumer = _stage.Typed();
        consumer.Subscribe(new Regex("^or"), Listener);
        Assert.Equal(20, (await consumer.TakeAsync(20)).Count);

        await using var none = _stage.Typed();
        none.Subscribe(new Regex("nothing"), Listener);
        Assert.Empty(await none.PollAsync(TimeSpan.FromMilliseconds(50), Cancellation));
        await Conditions.UntilAsync(() => none.GroupMetadata.GenerationId >= 0 || HasToAsk(none), Cancellation);
        Assert.Empty(none.Assignment);
    }

    [Fact]
    public async Task Partitions_are_assigned_or_subscribed_to_but_not_both()
    {
        await using var consumer = _stage.Typed();
        consumer.Subscribe(ConsumerStage.Topic);
        Assert.Throws<InvalidOperationException>(() => consumer.Assign(_first));
        Assert.Throws<InvalidOperationException>(consumer.Unassign);
        await consumer.UnsubscribeAsync(Cancellation);
        consumer.Assign(_first);
        Assert.Throws<InvalidOperationException>(() => consumer.Subscribe(ConsumerStage.Topic));
        Assert.Throws<ArgumentException>(() => consumer.Subscribe(Array.Empty<string>()));

        _stage.Options.GroupId = null;
        await using var alone = _stage.Typed();
        Assert.Throws<InvalidOperationException>(() => alone.Subscribe(ConsumerStage.Topic));
    }
}
