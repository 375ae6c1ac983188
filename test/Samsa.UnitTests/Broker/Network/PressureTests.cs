using Samsa.Broker.Network;
using Samsa.Protocol.Messages;
using Xunit;
using static Samsa.UnitTests.Broker.Network.ConnectionHarness;

namespace Samsa.UnitTests.Broker.Network;

/// <summary>What one peer may make the broker hold for it.</summary>
public sealed class PressureTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Large_answers_that_are_not_taken_stop_further_requests_before_their_number_does()
    {
        using var harness = new ConnectionHarness();
        harness.Special[7] = _ => new ValueTask<IMessage?>(new SyncGroupResponse { Assignment = new byte[100_000] });
        harness.Transport.Fill();
        for (var i = 0; i < 20; i++)
        {
            harness.Transport.Arrive(Heartbeat(i, 7));
        }

        // Three are above the bound; the fourth is read and not started.
        await harness.UntilStartedAsync(3);
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(3, harness.Started.Count);

        harness.Transport.Empty();
        await harness.UntilAnsweredAsync(20);
        Assert.Equal(Enumerable.Range(0, 20), Answers(harness.Transport.Sent));
        Assert.Equal(0, harness.Pool.Outstanding);
    }

    [Fact]
    public async Task A_request_that_does_not_arrive_is_given_up_only_when_others_have_waited_for_its_memory()
    {
        using var harness = new ConnectionHarness(new SocketServerOptions { QueuedMaxRequestBytes = 1000 });
        var sweeper = new StalledRequestSweeper(harness.Memory, Grace, harness.Time);
        BrokerConnection[] open = [harness.Connection];
        harness.Transport.Arrive(0, 0, 8, 0, 1, 2, 3);
        await harness.Transport.UntilAsync(t => t.ReceivesWaiting > 1);
        Assert.Equal(2048, harness.Memory.UsedBytes);
        Assert.Empty(sweeper.Sweep(open));
        harness.Time.Advance(Grace);
        Assert.Empty(sweeper.Sweep(open));

        var other = harness.Memory.ReserveAsync(10, CancellationToken.None).AsTask();
        var stalled = Assert.Single(sweeper.Sweep(open));
        stalled.Abort();

        await other.WaitAsync(Grace);
        await harness.Ended;
        Assert.Equal(10, harness.Memory.UsedBytes);
        Assert.Empty(sweeper.Sweep(open));
    }

    [Fact]
    public async Task A_request_that_began_lately_is_not_given_up()
    {
        using var harness = new ConnectionHarness(new SocketServerOptions { QueuedMaxRequestBytes = 1000 });
        var sweeper = new StalledRequestSweeper(harness.Memory, Grace, harness.Time);
        BrokerConnection[] open = [harness.Connection];
        harness.Transport.Arrive(Heartbeat(1, AtOnce)[..9]);
        await harness.Transport.UntilAsync(t => t.ReceivesWaiting > 1);
        Assert.Empty(sweeper.Sweep(open));
        harness.Time.Advance(Grace);

        // The one is complete, the next begins.
        harness.Transport.Arrive([.. Heartbeat(1, AtOnce)[9..], 0, 0, 8, 0, 1]);
        await harness.UntilAnsweredAsync(1);
        await harness.Transport.UntilAsync(t => t.ReceivesWaiting > 2);
        var other = harness.Memory.ReserveAsync(10, CancellationToken.None).AsTask();
        Assert.Empty(sweeper.Sweep(open));
        harness.Time.Advance(Grace - TimeSpan.FromSeconds(1));
        Assert.Empty(sweeper.Sweep(open));
        harness.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(sweeper.Sweep(open));
        Assert.False(other.IsCompleted);
    }
}
