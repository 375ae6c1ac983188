using Microsoft.Extensions.Logging;
using Samsa.Broker.Api;
using Samsa.Broker.Network;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;
using static Samsa.UnitTests.Broker.Network.ConnectionHarness;

namespace Samsa.UnitTests.Broker.Network;

public sealed class BrokerConnectionTests
{
    [Fact]
    public async Task Answers_leave_in_request_order_however_the_handlers_complete()
    {
        using var harness = new ConnectionHarness();
        harness.Transport.Arrive([.. Heartbeat(10, 0), .. Heartbeat(11, 1), .. Heartbeat(12, 2), .. Heartbeat(13, 3)]);
        await harness.UntilStartedAsync(4);
        harness.Answer(3);
        harness.Answer(1);
        Assert.Empty(harness.Transport.Sent);
        harness.Answer(0);
        await harness.UntilAnsweredAsync(2);
        Assert.Equal([10, 11], Answers(harness.Transport.Sent));
        harness.Answer(2);
        await harness.UntilAnsweredAsync(4);
        Assert.Equal([10, 11, 12, 13], Answers(harness.Transport.Sent));
        Assert.Equal([0, 1, 2, 3], harness.Started);
        Assert.Equal(0, harness.Pool.Outstanding);
    }

    [Fact]
    public async Task Random_completions_on_many_threads_keep_the_order()
    {
        const int seed = 20261121;
        const int requests = 2000;
        var random = new Random(seed);
        using var harness = new ConnectionHarness();
        var frames = Enumerable.Range(0, requests).SelectMany(i => Heartbeat(i, random.Next(4) == 0 ? AtOnce : i)).ToArray();
        foreach (var piece in frames.Chunk(random.Next(100, 5000)))
        {
            harness.Transport.Arrive(piece);
        }

        harness.Transport.End();
        var answered = 0;
        var tasks = new List<Task>();
        while (answered < requests)
        {
            await harness.UntilStartedAsync(answered + 1);
            int[] started;
            lock (harness.Started)
            {
                started = [.. harness.Started.Skip(answered).Take(32)];
            }

            answered += started.Length;
            random.Shuffle(started);
            tasks.AddRange(started.Where(g => g != AtOnce).Select(g => Task.Run(() => harness.Answer(g))));
        }

        await Task.WhenAll(tasks);
        await harness.Ended;
        Assert.Equal(Enumerable.Range(0, requests), Answers(harness.Transport.Sent));
        Assert.Equal(0, harness.Pool.Outstanding);
    }

    [Fact]
    public async Task Answers_that_are_ready_together_share_a_send()
    {
        using var harness = new ConnectionHarness();
        harness.Transport.Arrive([.. Enumerable.Range(0, 20).SelectMany(i => Heartbeat(i, AtOnce))]);
        await harness.UntilAnsweredAsync(20);
        Assert.Equal(1, harness.Transport.Sends);
    }

    [Fact]
    public async Task A_null_answer_sends_nothing_and_lets_the_next_pass()
    {
        using var harness = new ConnectionHarness();
        harness.Transport.Arrive([.. Heartbeat(1, 1), .. Heartbeat(2, 2), .. Heartbeat(3, AtOnce)]);
        await harness.UntilStartedAsync(3);
        harness.Answer(1, null);
        harness.Answer(2, null);
        await harness.UntilAnsweredAsync(1);
        Assert.Equal([3], Answers(harness.Transport.Sent));
        Assert.Equal(0, harness.Pool.Outstanding);
    }

    [Fact]
    public async Task It_stops_to_read_while_as_many_requests_as_allowed_are_unanswered()
    {
        using var harness = new ConnectionHarness(new SocketServerOptions { MaxInFlightPerConnection = 3 });
        for (var i = 0; i < 10; i++)
        {
            harness.Transport.Arrive(Heartbeat(i, i));
        }

        await harness.UntilStartedAsync(3);
        // The fourth frame may be read, but not started.
        Assert.True(harness.Pool.Outstanding <= 4);
        Assert.Equal([0, 1, 2], harness.Started);
        harness.Answer(0);
        await harness.UntilStartedAsync(4);
        Assert.Equal([0, 1, 2, 3], harness.Started);
    }

    [Fact]
    public async Task A_peer_that_takes_no_answers_is_not_read_from_and_gets_them_all_later()
    {
        using var harness = new ConnectionHarness(new SocketServerOptions { MaxInFlightPerConnection = 4 });
        harness.Transport.Fill();
        for (var i = 0; i < 100; i++)
        {
            harness.Transport.Arrive(Heartbeat(i, AtOnce));
        }

        await harness.UntilStartedAsync(4);
        Assert.True(harness.Started.Count <= 8, $"{harness.Started.Count} requests were started for a peer that takes no answers.");
        harness.Transport.Empty();
        await harness.UntilAnsweredAsync(100);
        Assert.Equal(Enumerable.Range(0, 100), Answers(harness.Transport.Sent));
    }

    [Fact]
    public async Task A_handler_may_give_the_request_back_before_it_answers()
    {
        using var harness = new ConnectionHarness();
        var released = new TaskCompletionSource();
        harness.Special[5] = context =>
        {
            context.ReleaseRequestBytes();
            context.ReleaseRequestBytes();
            released.SetResult();
            return new ValueTask<IMessage?>(new TaskCompletionSource<IMessage?>().Task);
        };
        harness.Transport.Arrive(Heartbeat(1, 5));
        await released.Task;
        Assert.Equal(0, harness.Pool.Outstanding);
    }

    [Fact]
    public async Task A_closing_handler_closes_after_the_answers_before_it_and_reads_no_further()
    {
        using var harness = new ConnectionHarness();
        harness.Special[2] = _ => throw new CloseConnectionException("because");
        harness.Transport.Arrive([.. Heartbeat(1, 1), .. Heartbeat(2, 2), .. Heartbeat(3, 3)]);
        await harness.UntilStartedAsync(2);
        harness.Answer(1);
        await harness.Ended;
        Assert.Equal([1], Answers(harness.Transport.Sent));
        Assert.Equal([1, 2], harness.Started);
        Assert.True(harness.Transport.IsDisposed);
        Assert.Equal(0, harness.Pool.Outstanding);
        Assert.Contains("because", Assert.Single(harness.Log.Lines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_closes_later_takes_the_answers_behind_it_along()
    {
        using var harness = new ConnectionHarness();
        harness.Transport.Arrive([.. Heartbeat(1, 1), .. Heartbeat(2, 2), .. Heartbeat(3, 3)]);
        await harness.UntilStartedAsync(3);
        harness.Answer(3);
        harness.Fail(2, new CloseConnectionException("later"));
        Assert.False(harness.Transport.IsDisposed);
        harness.Answer(1);
        await harness.Ended;
        Assert.Equal([1], Answers(harness.Transport.Sent));
        Assert.Equal(0, harness.Pool.Outstanding);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handler_that_fails_unexpectedly_is_logged_as_an_error_and_closes(bool later)
    {
        using var harness = new ConnectionHarness();
        harness.Special[1] = _ => later ? ThrowLaterAsync() : throw new InvalidOperationException("a bug");
        harness.Transport.Arrive(Heartbeat(1, 1));
        await harness.Ended;
        var (level, text) = Assert.Single(harness.Log.Lines);
        Assert.Equal(LogLevel.Error, level);
        Assert.Contains("Heartbeat v3", text, StringComparison.Ordinal);
        Assert.Contains("a bug", text, StringComparison.Ordinal);
        Assert.Equal(0, harness.Pool.Outstanding);

        static async ValueTask<IMessage?> ThrowLaterAsync()
        {
            await Task.Yield();
            throw new InvalidOperationException("a bug");
        }
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("ffffffff")]
    [InlineData("7fffffff")]
    [InlineData("474554202f20485454502f312e310d0a")]
    [InlineData("00000003000000")]
    [InlineData("0000000800640000000000010000")]
    [InlineData("00000008000c00630000000a0000")]
    [InlineData("00000008000cffff0000000a0000")]
    [InlineData("0000000a000c00030000000affff")]
    [InlineData("0000000a00120003000000010000")]
    public async Task What_is_no_request_closes_this_connection_with_one_line(string hex)
    {
        using var harness = new ConnectionHarness();
        harness.Transport.Arrive([.. Heartbeat(1, AtOnce), .. Convert.FromHexString(hex)]);
        await harness.Ended;
        Assert.Equal([1], Answers(harness.Transport.Sent));
        Assert.True(harness.Transport.IsDisposed);
        Assert.Equal(LogLevel.Warning, Assert.Single(harness.Log.Lines).Level);
        Assert.Equal(0, harness.Pool.Outstanding);
    }

    [Fact]
    public async Task Random_bytes_never_do_more_than_close_the_connection()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var bytes = Heartbeat(1, AtOnce);
            for (var i = 0; i < 1 + seed % 5; i++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            using var harness = new ConnectionHarness { AnswersAtOnce = true };
            harness.Transport.Arrive(bytes);
            harness.Transport.End();
            await harness.Ended;
            Assert.DoesNotContain(harness.Log.Lines, l => l.Level == LogLevel.Error);
            Assert.Equal(0, harness.Pool.Outstanding);
        }
    }

    [Fact]
    public async Task Surplus_bytes_after_a_body_are_ignored()
    {
        using var harness = new ConnectionHarness();
        var frame = Heartbeat(9, AtOnce);
        byte[] longer = [.. frame, 1, 2, 3];
        longer[3] += 3;
        harness.Transport.Arrive(longer);
        await harness.UntilAnsweredAsync(1);
        Assert.Equal([9], Answers(harness.Transport.Sent));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(100)]
    [InlineData(-1)]
    public async Task ApiVersions_of_an_unknown_version_is_answered_in_v0_with_the_range_and_the_connection_goes_on(short version)
    {
        using var harness = new ConnectionHarness();
        byte[] frame = [0, 0, 0, 12, 0, 18, (byte)(version >> 8), (byte)version, 0, 0, 0, 42, 255, 255, 0, 0];
        harness.Transport.Arrive([.. frame, .. Heartbeat(43, AtOnce)]);
        await harness.UntilAnsweredAsync(2);
        var newest = MessageRegistry.Request(ApiKey.ApiVersions)!.HighestVersion;
        Assert.Equal(
            [0, 0, 0, 16, 0, 0, 0, 42, 0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, (byte)newest],
            harness.Transport.Sent[..20]);
        Assert.Equal([42, 43], Answers(harness.Transport.Sent));
    }

    [Fact]
    public async Task A_peer_that_has_closed_its_sending_side_still_gets_its_answers()
    {
        using var harness = new ConnectionHarness();
        harness.Transport.Arrive(Heartbeat(1, 1));
        harness.Transport.End();
        await harness.UntilStartedAsync(1);
        harness.Answer(1);
        await harness.Ended;
        Assert.Equal([1], Answers(harness.Transport.Sent));
    }

    [Fact]
    public async Task A_peer_that_is_gone_is_not_waited_for_longer_than_the_grace()
    {
        using var harness = new ConnectionHarness();
        harness.Transport.Arrive(Heartbeat(1, 1));
        await harness.UntilStartedAsync(1);
        harness.Transport.End();
        while (harness.Time.Timers == 0)
        {
            await Task.Yield();
        }

        harness.Time.Advance(TimeSpan.FromSeconds(10));
        await harness.Ended;
        Assert.True(harness.Connection.Info.Closed.IsCancellationRequested);
        harness.Answer(1);
        Assert.Equal(0, harness.Pool.Outstanding);
    }

    [Fact]
    public async Task A_failed_send_closes_the_connection_and_later_answers_are_discarded()
    {
        using var harness = new ConnectionHarness();
        harness.Transport.Arrive([.. Heartbeat(1, 1), .. Heartbeat(2, 2)]);
        await harness.UntilStartedAsync(2);
        harness.Transport.FailSends = true;
        harness.Answer(1);
        await harness.Ended;
        Assert.True(harness.Connection.Info.Closed.IsCancellationRequested);
        harness.Answer(2);
        Assert.Equal(0, harness.Pool.Outstanding);
        Assert.Empty(harness.Transport.Sent);
    }

    [Fact]
    public async Task Stopping_answers_what_was_read_and_reads_no_further()
    {
        using var harness = new ConnectionHarness();
        harness.Transport.Arrive([.. Heartbeat(1, 1), .. Heartbeat(2, 2)]);
        await harness.UntilStartedAsync(2);
        harness.Connection.Stop();
        harness.Transport.Arrive(Heartbeat(3, 3));
        harness.Answer(2);
        harness.Answer(1);
        await harness.Ended;
        Assert.Equal([1, 2], Answers(harness.Transport.Sent));
        Assert.Equal([1, 2], harness.Started);
    }

    [Fact]
    public async Task Requests_connections_and_bytes_are_counted()
    {
        using var harness = new ConnectionHarness();
        var frame = Heartbeat(1, AtOnce);
        harness.Transport.Arrive(frame);
        await harness.UntilAnsweredAsync(1);
        harness.Transport.End();
        await harness.Ended;
        var listener = harness.Metrics.Listener("PLAINTEXT");
        Assert.Equal((1, 1, 1, 1), (listener.ConnectionsCreated.Value, listener.ConnectionsClosed.Value, listener.Requests.Value, listener.Responses.Value));
        Assert.Equal((frame.Length, harness.Transport.Sent.Length), (listener.IncomingBytes.Value, listener.OutgoingBytes.Value));
        Assert.Equal((1, frame.Length - 4), (harness.Metrics.Request("Heartbeat").TotalTime.Count, harness.Metrics.Request("Heartbeat").RequestBytes.Sum));
    }
}
