using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Samsa.Broker.Network.Linux;

/// <summary>
/// The threads that wait for sockets. Each takes one event at a time and itself runs what waited for it: the request is read,
/// handled as far as its ordered part goes, and answered without a change of threads. While one of them is held up (a slow
/// disk) the others take the events, so a held-up request delays its own connection only.
/// Owns the epoll descriptor and its threads. Transports register from any thread. A thread is added whenever an event
/// leaves nobody waiting, up to <c>num.io.threads</c>. Transports must be gone before it is disposed.
/// </summary>
internal sealed class ReadinessLoop : IAsyncDisposable
{
    private readonly Epoll _epoll = new();
    private readonly ConcurrentDictionary<ulong, LinuxTransport> _transports = new();
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _maxThreads;
    private ulong _lastToken;
    private int _threads;
    private int _waiting;
    private bool _stopped;

    /// <param name="maxThreads">How many events may be worked on at once: <c>num.io.threads</c>.</param>
    public ReadinessLoop(int maxThreads)
    {
        _maxThreads = maxThreads;
        AddThread();
    }

    /// <summary>How many threads there are now.</summary>
    public int Threads => Volatile.Read(ref _threads);

    /// <summary>Changes the largest number of threads. Those above it end as soon as they have something to do.</summary>
    public void ChangeThreads(int maxThreads) => Volatile.Write(ref _maxThreads, maxThreads);

    /// <summary>Starts to signal a transport; returns the token that ends it.</summary>
    public ulong Register(LinuxTransport transport, SafeSocketHandle socket)
    {
        var token = Interlocked.Increment(ref _lastToken);
        _transports[token] = transport;
        try
        {
            _epoll.Watch(socket, token);
        }
        catch
        {
            Unregister(token);
            throw;
        }

        return token;
    }

    /// <summary>Signals the transport no longer.</summary>
    public void Unregister(ulong token) => _transports.TryRemove(token, out _);

    /// <summary>Ends the threads; completes when the last one is gone.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (!_stopped)
            {
                _stopped = true;
                _epoll.RaiseAlarm();
            }
        }

        return new ValueTask(_ended.Task);
    }

    private void AddThread()
    {
        lock (_gate)
        {
            if (_stopped || _threads >= Volatile.Read(ref _maxThreads))
            {
                return;
            }

            _threads++;
        }

        Interlocked.Increment(ref _waiting);
        new Thread(Run) { IsBackground = true, Name = "samsa-io" }.UnsafeStart();
    }

    private void Run()
    {
        // Counted as waiting already by whoever started the thread.
        while (true)
        {
            var events = _epoll.Wait(out var token);
            if (Interlocked.Decrement(ref _waiting) == 0)
            {
                AddThread();
            }

            if (token != 0 && _transports.TryGetValue(token, out var transport))
            {
                transport.OnReady(events);
            }

            if (MustEnd())
            {
                return;
            }

            Interlocked.Increment(ref _waiting);
        }
    }

    private bool MustEnd()
    {
        if (!Volatile.Read(ref _stopped) && Volatile.Read(ref _threads) <= Volatile.Read(ref _maxThreads))
        {
            return false;
        }

        lock (_gate)
        {
            if (!_stopped && _threads <= Volatile.Read(ref _maxThreads))
            {
                return false;
            }

            if (--_threads == 0)
            {
                _epoll.Dispose();
                _ended.SetResult();
            }

            return true;
        }
    }
}
