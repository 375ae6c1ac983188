using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Client;
using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Diagnostics;
using Samsa.UnitTests.Client.Scripted;
using Xunit;

namespace Samsa.UnitTests.Client;

public sealed class BrokerConnectionTests
{
    private static readonly BrokerAddress Address = new("broker", 9092);

    private readonly ManualTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly ScriptedCluster _cluster = new ScriptedCluster().On(ApiKey.Metadata, Metadata);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2)]
    [InlineData(0, 3)]
    [InlineData(0, 5)]
    public async Task OpenAsync_finds_a_version_of_ApiVersions_that_the_broker_knows(short lowest, short highest)
    {
        _cluster.Serving(ApiKey.ApiVersions, lowest, highest);

        await using var connection = await OpenAsync();

        Assert.Equal((lowest, highest), connection.Versions.Range(ApiKey.ApiVersions));
        Assert.Equal(Math.Min(ClientApis.ApiVersions.Highest, highest), _cluster.Received.Last().Version);
    }

    [Fact]
    public async Task Choose_takes_the_newest_version_of_both_and_names_what_is_missing()
    {
        _cluster.Serving(ApiKey.Metadata, 0, 4);
        await using var connection = await OpenAsync();

        Assert.Equal(4, connection.Versions.Choose(ClientApis.Metadata));
        var missing = Assert.Throws<KafkaException>(() => connection.Versions.Choose(ClientApis.Fetch));
        Assert.Equal(ErrorCode.UnsupportedVersion, missing.ErrorCode);
        Assert.Contains("does not serve Fetch", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_are_sent_while_others_wait_and_answered_in_order()
    {
        var first = new TaskCompletionSource<IMessage?>();
        var count = 0;
        _cluster.OnAsync(ApiKey.Metadata, request => Interlocked.Increment(ref count) == 1 ? first.Task : Task.FromResult<IMessage?>(Metadata(request)));
        await using var connection = await OpenAsync();

        var slow = AskAsync(connection, "slow");
        var quick = AskAsync(connection, "quick");
        Assert.Equal(2, connection.InFlight);
        Assert.Equal(2, _cluster.Requests<MetadataRequest>().Count());
        Assert.False(quick.IsCompleted);
        first.SetResult(new MetadataResponse { ClusterId = "slow" });

        Assert.Equal("slow", (await slow).ClusterId);
        Assert.Equal("quick", (await quick).ClusterId);
    }

    [Fact]
    public async Task A_connection_cut_at_any_byte_of_an_answer_fails_what_is_in_flight()
    {
        var length = 0;
        _cluster.Faults.Next(ApiKey.Metadata, frame => Measure(frame, ref length));
        await using (var whole = await OpenAsync())
        {
            await AskAsync(whole, "cut");
        }

        Assert.InRange(length, 20, 1000);
        for (var cut = 0; cut < length; cut++)
        {
            // The answer waits until both are on their way: a connection that is already cut refuses at once.
            var answer = new TaskCompletionSource<IMessage?>();
            _cluster.OnAsync(ApiKey.Metadata, _ => answer.Task);
            await using var connection = await OpenAsync();
            _cluster.Faults.CutNext(ApiKey.Metadata, cut);
            var inFlight = AskAsync(connection, "cut");
            var behind = AskAsync(connection, "behind");
            answer.SetResult(new MetadataResponse { ClusterId = "cut" });

            Assert.Equal(ErrorCode.NetworkException, (await Assert.ThrowsAsync<KafkaException>(() => inFlight)).ErrorCode);
            Assert.Equal(ErrorCode.NetworkException, (await Assert.ThrowsAsync<KafkaException>(() => behind)).ErrorCode);
            await connection.Closed;
            Assert.Throws<KafkaException>(() => { _ = AskAsync(connection, "after"); });
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public async Task An_answer_of_an_impossible_length_closes_the_connection(int length)
    {
        await using var connection = await OpenAsync();
        _cluster.Faults.Next(ApiKey.Metadata, frame =>
        {
            BinaryPrimitives.WriteInt32BigEndian(frame, length);
            return frame;
        });

        var failure = await Assert.ThrowsAsync<KafkaException>(() => AskAsync(connection, "x"));

        Assert.Contains($"{length} bytes", failure.Message, StringComparison.Ordinal);
        await connection.Closed;
    }

    [Fact]
    public async Task An_answer_with_a_wrong_correlation_id_closes_the_connection()
    {
        await using var connection = await OpenAsync();
        _cluster.Faults.Next(ApiKey.Metadata, frame =>
        {
            frame[7]++;
            return frame;
        });

        var failure = await Assert.ThrowsAsync<KafkaException>(() => AskAsync(connection, "x"));

        Assert.Contains("correlation id", failure.Message, StringComparison.Ordinal);
        await connection.Closed;
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_closes_the_connection()
    {
        await using var connection = await OpenAsync();
        _cluster.Faults.Next(ApiKey.Metadata, frame => [.. frame, .. frame]);

        await AskAsync(connection, "x");

        Assert.Contains("broke the protocol", (await connection.Closed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_in_time_loses_the_connection()
    {
        _cluster.OnAsync(ApiKey.Metadata, _ => new TaskCompletionSource<IMessage?>().Task);
        await using var connection = await OpenAsync();

        var asked = AskAsync(connection, "x");
        _time.Advance(TimeSpan.FromMilliseconds(29_999));
        Assert.False(asked.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(2));

        Assert.Equal(ErrorCode.RequestTimedOut, (await Assert.ThrowsAsync<KafkaException>(() => asked)).ErrorCode);
        await connection.Closed;
    }

    [Fact]
    public async Task Cancellation_before_sending_sends_nothing_and_afterwards_only_ends_the_wait()
    {
        var release = new TaskCompletionSource<IMessage?>();
        _cluster.OnAsync(ApiKey.Metadata, request => NameOf(request) == "held" ? release.Task : Task.FromResult<IMessage?>(Metadata(request)));
        await using var connection = await OpenAsync();
        using var cancelled = new CancellationTokenSource();

        var held = AskAsync(connection, "held", cancelled.Token);
        var behind = AskAsync(connection, "behind", TestContext.Current.CancellationToken);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AskAsync(connection, "never", cancelled.Token));
        release.SetResult(new MetadataResponse());

        Assert.Equal("behind", (await behind).ClusterId);
        Assert.Equal(["held", "behind"], _cluster.Received.Where(r => r.Key == ApiKey.Metadata).Select(NameOf));
    }

    [Fact]
    public async Task An_answer_that_comes_while_the_connection_is_closed_is_nobodys_fault()
    {
        var answer = new TaskCompletionSource<IMessage?>();
        _cluster.OnAsync(ApiKey.Metadata, _ => answer.Task);
        var lines = new LogLines();
        var connection = await OpenAsync(
            new LateAnswerTransport(_cluster, () => answer.TrySetResult(new MetadataResponse())), lines.CreateLogger("connection"));
        var asked = AskAsync(connection, "late");

        await connection.DisposeAsync();

        Assert.Equal(ErrorCode.NetworkException, (await Assert.ThrowsAsync<KafkaException>(() => asked)).ErrorCode);
        Assert.DoesNotContain(lines.All, line => line.Level >= LogLevel.Warning);
    }

    private static byte[] Measure(byte[] frame, ref int length)
    {
        length = frame.Length;
        return frame;
    }

    private static MetadataResponse Metadata(ScriptedRequest request) => new() { ClusterId = NameOf(request) };

    private static string? NameOf(ScriptedRequest request) => ((MetadataRequest)request.Message).Topics?[0].Name;

    private static async Task<MetadataResponse> AskAsync(BrokerConnection connection, string name, CancellationToken cancellation)
    {
        var request = new MetadataRequest { Topics = [new() { Name = name }] };
        return await connection.SendAsync(ClientApis.Metadata, 9, request, cancellation: cancellation);
    }

    private static Task<MetadataResponse> AskAsync(BrokerConnection connection, string name) =>
        connection.SendAsync(ClientApis.Metadata, 9, new MetadataRequest { Topics = [new() { Name = name }] });

    private Task<BrokerConnection> OpenAsync(IConnector? connector = null, ILogger? logger = null) => BrokerConnection.OpenAsync(
        connector ?? _cluster,
        Address,
        new ConnectionOptions("test", TimeSpan.FromSeconds(30), 1_000_000, _time, logger ?? NullLogger.Instance),
        TestContext.Current.CancellationToken);
}
