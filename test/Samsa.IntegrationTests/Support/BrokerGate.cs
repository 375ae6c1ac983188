using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Samsa.Protocol;

namespace Samsa.IntegrationTests.Support;

/// <summary>
/// Stands between a broker and its clients, who know no other address (<c>advertised.listeners</c>). It can hold commits of offsets back, so that a client stands
/// still at that moment as long as a test wants, and cut a client off for good. Owns a port and the connections through it; its loops run
/// until one end is closed, or until it is disposed.
/// </summary>
internal sealed class BrokerGate : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<Task> _running = [];
    private CommitHold _hold;
    private string? _cut;
    private TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BrokerGate()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running.Add(AcceptAsync());
    }

    /// <summary>Where clients connect.</summary>
    public int Port { get; }

    /// <summary>Where the broker listens.</summary>
    public int BrokerPort { get; set; }

    /// <summary>Holds the next commits back.</summary>
    /// <returns>Completes when one is held.</returns>
    public Task HoldAsync(CommitHold hold)
    {
        lock (_gate)
        {
            _hold = hold;
            _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _held.Task;
        }
    }

    /// <summary>Lets everything pass on connections that begin from now on.</summary>
    public void Release()
    {
        lock (_gate)
            _hold = CommitHold.None;
    }

    /// <summary>Nothing passes any more that comes from this client: its connections break.</summary>
    public void Cut(string clientId) => Volatile.Write(ref _cut, clientId);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        Task[] running;
        lock (_gate)
            running = [.. _running];
        await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
            lock (_gate)
                _running.Add(ServeAsync(client));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        using var broker = new TcpClient();
        await broker.ConnectAsync(IPAddress.Loopback, BrokerPort, _stopping.Token);
        var swallowed = -1;
        var there = CopyAsync(client.GetStream(), broker.GetStream(), frame =>
        {
            if (ClientIdOf(frame) == Volatile.Read(ref _cut))
                throw new IOException("This client is cut off.");
            if (BinaryPrimitives.ReadInt16BigEndian(frame) != (short)ApiKey.OffsetCommit)
                return true;
            var hold = Hold(CommitHold.Requests);
            if (hold == CommitHold.Answers)
                Volatile.Write(ref swallowed, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4)));
            return hold != CommitHold.Requests;
        });
        var back = CopyAsync(broker.GetStream(), client.GetStream(), frame =>
        {
            if (BinaryPrimitives.ReadInt32BigEndian(frame) != Volatile.Read(ref swallowed))
                return true;
            Hold(CommitHold.Answers);
            return false;
        });

        // Whoever ends first, the other end hears of it.
        await Task.WhenAny(there, back);
    }

    // Behind api key, version and correlation id.
    private static string ClientIdOf(byte[] frame) => BinaryPrimitives.ReadInt16BigEndian(frame.AsSpan(8)) is > 0 and var length
        ? Encoding.UTF8.GetString(frame, 10, length)
        : "";

    // What is held now; tells whoever waits, if that is where.
    private CommitHold Hold(CommitHold where)
    {
        lock (_gate)
        {
            if (_hold == where)
                _held.TrySetResult();
            return _hold;
        }
    }

    // Frame by frame, until one may not pass: nothing passes behind it.
    private async Task CopyAsync(NetworkStream from, NetworkStream to, Func<byte[], bool> mayPass)
    {
        var length = new byte[sizeof(int)];
        while (true)
        {
            await from.ReadExactlyAsync(length, _stopping.Token);
            var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await from.ReadExactlyAsync(frame, _stopping.Token);
            if (!mayPass(frame))
            {
                // Until the connection ends.
                while (await from.ReadAsync(frame, _stopping.Token) > 0)
                {
                }

                return;
            }

            await to.WriteAsync(length, _stopping.Token);
            await to.WriteAsync(frame, _stopping.Token);
        }
    }
}
