using System.Collections.Concurrent;
using Samsa.Protocol.Wire;
using Samsa.UnitTests.ZooKeeper.Requests;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Local;
using Samsa.ZooKeeper.Records;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Sessions;

/// <summary>Sessions of clients in the server's own process.</summary>
public sealed class LocalSessionTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);
    private readonly FaultyLocalServer _server = new();
    private readonly Client _client = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task What_is_sent_together_is_answered_in_order_and_flushed_together()
    {
        const int Nodes = 300;
        var session = _server.Open(_client, Timeout)!;
        await _client.AskAsync(session, OpCode.Create, PipelineBench.CreateRequest("/a"));
        var before = _server.Server.LogStatistics.Flushes.Count;

        Request[] requests =
        [
            .. Enumerable.Range(0, Nodes).Select(i => new Request(_client, OpCode.Create, PipelineBench.CreateRequest($"/a/{i}"))),
            new Request(_client, OpCode.GetChildren, new GetChildrenRequest { Path = "/a" }),
            new Request(_client, OpCode.Delete, new DeleteRequest { Path = "/a/0", Version = -1 }),
            new Request(_client, OpCode.GetChildren, new GetChildrenRequest { Path = "/a" }),
        ];
        session.Send(requests);
        await requests[^1].Answered;

        Assert.Equal(requests, _client.Answers[1..]);
        Assert.All(requests, request => Assert.Equal(KeeperError.Ok, request.Error));
        Assert.Equal(Nodes, Assert.IsType<GetChildrenResponse>(requests[Nodes].Body).Children.Count);
        Assert.Equal(Nodes - 1, Assert.IsType<GetChildrenResponse>(requests[^1].Body).Children.Count);

        // One fsync for the creates, or two where the log's thread was awake; and one for what had to wait for the first read.
        Assert.InRange(_server.Server.LogStatistics.Flushes.Count - before, 1, 3);
    }

    [Fact]
    public async Task A_failed_operation_of_a_multi_tells_why_and_nothing_is_done()
    {
        var session = _server.Open(_client, Timeout)!;
        var multi = await _client.AskAsync(session, OpCode.Multi, new MultiRequest(
        [
            (OpCode.Create, PipelineBench.CreateRequest("/a")),
            (OpCode.Check, new CheckVersionRequest { Path = "/missing", Version = 0 }),
        ]));
        var read = await _client.AskAsync(session, OpCode.Exists, new ExistsRequest { Path = "/a" });

        Assert.Equal(KeeperError.Ok, multi.Error);
        Assert.Equal(KeeperError.NoNode, Assert.IsType<MultiResponse>(multi.Body).Error);
        Assert.Equal(KeeperError.NoNode, read.Error);
    }

    [Fact]
    public async Task An_event_comes_before_an_answer_that_shows_the_change()
    {
        var session = _server.Open(_client, Timeout)!;
        await _client.AskAsync(session, OpCode.Exists, new ExistsRequest { Path = "/a", Watch = true });

        var other = new Client();
        await other.AskAsync(_server.Open(other, Timeout)!, OpCode.Create, PipelineBench.CreateRequest("/a"));
        var seen = await _client.AskAsync(session, OpCode.Exists, new ExistsRequest { Path = "/a" });

        Assert.Equal(KeeperError.Ok, seen.Error);
        Assert.Equal([(WatchEventType.NodeCreated, "/a")], _client.Events);
        Assert.Empty(other.Events);
    }

    [Fact]
    public void The_session_of_a_client_in_the_process_does_not_expire_until_another_one_has_it()
    {
        var bench = new PipelineBench();
        var inside = new FakeConnection { IsInProcess = true };
        var id = bench.Pipeline.Connect(inside, new ConnectRequest { TimeOut = 10_000 });
        bench.Commit();
        for (var hour = 0; hour < 3; hour++)
        {
            bench.Time.Advance(TimeSpan.FromHours(1));
            bench.Pipeline.ExpireSessions();
        }

        Assert.Empty(bench.Commit());

        var outside = new FakeConnection();
        Assert.Equal(id, bench.Pipeline.Connect(outside, new ConnectRequest { TimeOut = 10_000, SessionId = id, Passwd = Samsa.ZooKeeper.Server.Sessions.SessionIds.PasswordOf(id) }));
        Assert.True(inside.IsClosed);
        bench.Time.Advance(TimeSpan.FromHours(1));
        bench.Pipeline.ExpireSessions();
        Assert.Single(bench.Commit());
    }

    [Fact]
    public async Task Another_client_that_goes_on_with_the_session_ends_the_connection()
    {
        var session = _server.Open(_client, Timeout)!;
        await _client.AskAsync(session, OpCode.Exists, new ExistsRequest { Path = "/a", Watch = true });

        var thief = new Client();
        var stolen = _server.Open(thief, Timeout, session.Id, session.Password)!;

        Assert.Equal(session.Id, stolen.Id);
        await _client.Closed;
        Assert.Equal(KeeperError.ConnectionLoss, (await _client.AskAsync(session, OpCode.Ping, null)).Error);
        Assert.Equal(KeeperError.Ok, (await thief.AskAsync(stolen, OpCode.Create, PipelineBench.CreateRequest("/a"))).Error);
        Assert.Empty(_client.Events);
        Assert.Null(_server.Open(new Client(), Timeout, session.Id, new byte[16]));

        // Its own end is no surprise to its owner.
        await stolen.EndAsync();
        Assert.False(thief.Closed.IsCompleted);
        Assert.Null(_server.Open(new Client(), Timeout, session.Id, session.Password));
    }

    [Fact]
    public async Task What_waits_when_the_disk_fails_is_lost()
    {
        var session = _server.Open(_client, Timeout)!;
        await _client.AskAsync(session, OpCode.Create, PipelineBench.CreateRequest("/a"));
        _server.BreakDisk();

        Assert.Equal(KeeperError.ConnectionLoss, (await _client.AskAsync(session, OpCode.Create, PipelineBench.CreateRequest("/b"))).Error);

        await _client.Closed;
        Assert.True(_server.Failed.IsFaulted);
        await session.EndAsync();
    }

    [Fact]
    public async Task What_is_sent_behind_the_end_of_the_session_is_not_answered_with_the_outcome_of_something_else()
    {
        var session = _server.Open(_client, Timeout)!;
        await _client.AskAsync(session, OpCode.Create, PipelineBench.CreateRequest("/a"));
        using var gate = new ManualResetEventSlim();
        _server.Watch(_ => gate.Wait());
        var before = new Request(_client, OpCode.Create, PipelineBench.CreateRequest("/b"));
        var late = new Request(_client, OpCode.Create, PipelineBench.CreateRequest("/c"));

        session.Send([before]);
        var end = session.EndAsync();
        session.Send([late]);
        gate.Set();

        await before.Answered;
        await end;
        await late.Answered;
        Assert.Equal(KeeperError.Ok, before.Error);
        Assert.NotEqual(KeeperError.Ok, late.Error);
        Assert.NotNull(_server.Server.Pipeline.Tree.Find("/b"));
        Assert.Null(_server.Server.Pipeline.Tree.Find("/c"));
    }

    [Fact]
    public async Task Two_snapshots_of_one_moment_are_written_one_after_the_other()
    {
        await _client.AskAsync(_server.Open(_client, Timeout)!, OpCode.Create, PipelineBench.CreateRequest("/a"));
        var changes = new ConcurrentQueue<string>();
        Thread? second = null;
        bool? isWritten = null;
        _server.Watch(change =>
        {
            changes.Enqueue(change);
            if (second is null)
            {
                // Until it waits for its turn, or has begun to write in between.
                second = new Thread(() => isWritten = _server.Server.WriteSnapshot());
                second.Start();
                SpinWait.SpinUntil(() => second.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || changes.Count > 1);
            }
        });

        Assert.True(_server.Server.WriteSnapshot());
        second!.Join();

        Assert.False(isWritten);
        Assert.Single(changes, change => change.StartsWith("create", StringComparison.Ordinal));
        Assert.Single(changes, change => change.StartsWith("move", StringComparison.Ordinal));
    }

    private sealed class Client : ILocalClient
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<Request> Answers { get; } = [];

        public List<(WatchEventType Type, string Path)> Events { get; } = [];

        public Task Closed => _closed.Task;

        public async Task<Request> AskAsync(ILocalSession session, OpCode type, IRecord? body)
        {
            var request = new Request(this, type, body);
            session.Send([request]);
            await request.Answered;
            return request;
        }

        public void OnEvent(WatchEventType type, string path) => Events.Add((type, path));

        public void OnClosed() => _closed.TrySetResult();
    }

    private sealed class Request(Client client, OpCode type, IRecord? body) : LocalRequest
    {
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override OpCode Type => type;

        public KeeperError Error { get; private set; }

        public IRecord? Body { get; private set; }

        public Task Answered => _answered.Task;

        public override void Write(WireWriter writer) => body?.Write(writer);

        public override void Answer(KeeperError error, IRecord? body)
        {
            (Error, Body) = (error, body);
            client.Answers.Add(this);
            _answered.SetResult();
        }
    }
}
