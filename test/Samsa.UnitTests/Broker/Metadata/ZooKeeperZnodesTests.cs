using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Znodes;
using Samsa.UnitTests.ZooKeeper.Sessions;
using Samsa.ZooKeeper;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>The broker's connection to an ensemble at its end.</summary>
public sealed class ZooKeeperZnodesTests
{
    private readonly ScriptedServer _server = new();

    [Fact]
    public async Task Disposal_a_second_time_does_nothing()
    {
        var (store, connection) = await ConnectAsync(NullLogger.Instance);
        _server.Refuse(int.MaxValue);
        connection.Close();

        await store.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_ends_by_itself_is_a_failure_to_the_broker()
    {
        // A logger that throws where the client says that it lost a connection: the end of its loop, as a bug of ours would be.
        var (store, connection) = await ConnectAsync(new Throwing());
        var listener = new Listener();
        store.Start(listener);

        connection.Close();

        var failure = Assert.IsType<KeeperException>(await listener.Failure.Task.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken));
        Assert.Equal(KeeperError.SystemError, failure.Error);
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task Disposal_is_no_failure_to_the_broker()
    {
        var (store, connection) = await ConnectAsync(NullLogger.Instance);
        var listener = new Listener();
        store.Start(listener);
        _server.Refuse(int.MaxValue);
        connection.Close();

        await store.DisposeAsync();

        Assert.False(listener.Failure.Task.IsCompleted);
    }

    private async Task<(ZooKeeperZnodes Store, ScriptedConnection Connection)> ConnectAsync(ILogger logger)
    {
        var connecting = ZooKeeperZnodes.ConnectAsync(new ZnodeStoreOptions
        {
            ConnectString = "one:2181",
            Connector = _server,
            SessionTimeout = TimeSpan.FromSeconds(30),
            ConnectionTimeout = TimeSpan.FromSeconds(20),
            MaxBuffer = 4_194_304,
            MaxInFlight = 10,
            Time = TimeProvider.System,
            Logger = logger,
        });
        var connection = await _server.AcceptAsync(1);
        return (await connecting, connection);
    }

    private sealed class Listener : IZnodeListener
    {
        public TaskCompletionSource<Exception> Failure { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void OnChanged(string path)
        {
        }

        public void OnConnected(long session)
        {
        }

        public void OnFailed(Exception failure) => Failure.TrySetResult(failure);
    }

    private sealed class Throwing : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("no space for a line");
    }
}
