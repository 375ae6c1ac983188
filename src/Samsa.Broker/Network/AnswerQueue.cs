using System.Buffers;
using Samsa.Broker.Api;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Network;

/// <summary>
/// The unanswered requests of one connection, whose answers leave in the order of the requests.
/// Owns encoded answers until they are sent. The read loop adds, any thread completes; whoever finds the first answer ready and
/// nobody sending becomes the sender, so that there is one sender and no thread of its own. Lives with the connection. When a
/// send fails or an answer closes the connection the queue is broken: it calls back once and discards everything from then on.
/// </summary>
internal sealed class AnswerQueue
{
    // Answers up to this size are copied together into one send; sends are not made larger than CoalescedBytes that way.
    private const int SmallBytes = 8 << 10;
    private const int CoalescedBytes = 32 << 10;

    // A peer that asks and does not read gets no further request started while so many encoded bytes wait for it: the number of
    // requests alone would allow it dozens of answers about every topic. Record regions do not count, they are no memory.
    private const int MaxHeldBytes = 256 << 10;

    private readonly Lock _gate = new();
    private readonly Queue<PendingAnswer> _queue = new();
    private readonly List<PendingAnswer> _run = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITransport _transport;
    private readonly IAnswerObserver _observer;
    private readonly int _capacity;
    private TaskCompletionSource? _roomAgain;
    private int _unanswered;
    private long _heldBytes;
    private bool _sending;
    private bool _sealed;
    private volatile bool _broken;

    public AnswerQueue(ITransport transport, IAnswerObserver observer, int capacity)
    {
        _transport = transport;
        _observer = observer;
        _capacity = capacity;
    }

    /// <summary>Takes room for one more unanswered request if there is any.</summary>
    public bool TryReserve()
    {
        lock (_gate)
        {
            if (!HasRoom)
            {
                return false;
            }

            _unanswered++;
            return true;
        }
    }

    /// <summary>Takes room for one more unanswered request as soon as there is any. Only the read loop waits here.</summary>
    public async ValueTask ReserveAsync(CancellationToken cancellation)
    {
        while (!TryReserve())
        {
            Task again;
            lock (_gate)
            {
                if (HasRoom)
                {
                    continue;
                }

                again = (_roomAgain ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await again.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the next place in the order; room must have been reserved.</summary>
    public void Add(PendingAnswer answer)
    {
        lock (_gate)
        {
            _queue.Enqueue(answer);
        }
    }

    /// <summary>Settles an answer. It leaves with the next <see cref="Flush"/> once all before it are settled too.</summary>
    public void Complete(PendingAnswer answer, WireWriter? encoded, bool closes)
    {
        lock (_gate)
        {
            answer.Encoded = encoded;
            answer.Closes = closes;
            answer.IsReady = true;
            _heldBytes += encoded?.Position ?? 0;
        }
    }

    /// <summary>Starts to send what is ready, unless somebody is at it already. Returns when the socket is full or all is sent.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_sending || !NextIsReady)
            {
                return;
            }

            _sending = true;
        }

        _ = SendReadyAsync();
    }

    /// <summary>No more requests are added: completes when the last answer has left, or when the queue is broken.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            _sealed = true;
            if (!_sending && (_queue.Count == 0 || _broken))
            {
                _drained.TrySetResult();
            }
        }

        Flush();
        return _drained.Task;
    }

    private bool HasRoom => _unanswered < _capacity && _heldBytes <= MaxHeldBytes;

    private bool NextIsReady => _queue.TryPeek(out var next) && next.IsReady;

    private async Task SendReadyAsync()
    {
        while (TakeRun())
        {
            try
            {
                if (!_broken)
                {
                    await SendRunAsync().ConfigureAwait(false);
                }
            }
            catch (Exception e)
            {
                // Whatever goes wrong while sending breaks this connection and nothing else.
                Break(e);
            }

            var bytes = 0L;
            foreach (var answer in _run)
            {
                if (answer.Encoded is { } encoded)
                {
                    bytes += encoded.Position;
                    AnswerEncoder.Release(encoded);
                }
            }

            Leave(_run.Count, bytes);
        }
    }

    private void Leave(int answers, long bytes)
    {
        lock (_gate)
        {
            _unanswered -= answers;
            _heldBytes -= bytes;
            _roomAgain?.TrySetResult();
            _roomAgain = null;
        }
    }

    // Takes answers that leave together: one large one, or as many small ones as fit into one send.
    private bool TakeRun()
    {
        _run.Clear();
        lock (_gate)
        {
            var bytes = 0;
            while (NextIsReady)
            {
                var next = _queue.Peek();
                var size = next.Encoded is null ? 0 : IsSmall(next.Encoded) ? next.Encoded.Position : CoalescedBytes;
                if (_run.Count > 0 && bytes + size > CoalescedBytes)
                {
                    break;
                }

                bytes += size;
                _run.Add(_queue.Dequeue());
                if (next.Closes)
                {
                    break;
                }
            }

            if (_run.Count > 0)
            {
                return true;
            }

            _sending = false;
            if (_sealed && (_queue.Count == 0 || _broken))
            {
                _drained.TrySetResult();
            }

            return false;
        }
    }

    private async ValueTask SendRunAsync()
    {
        var started = _observer.Now;
        WireWriter? only = null;
        var encoded = 0;
        var bytes = 0;
        foreach (var answer in _run)
        {
            if (answer.Encoded is not null)
            {
                only = answer.Encoded;
                encoded++;
                bytes += answer.Encoded.Position;
            }
        }

        if (encoded == 1)
        {
            await SendOneAsync(only!).ConfigureAwait(false);
        }
        else if (encoded > 1)
        {
            await SendTogetherAsync(bytes).ConfigureAwait(false);
        }

        foreach (var answer in _run)
        {
            _observer.AnswerLeft(answer, started);
        }

        if (_run[^1].Closes)
        {
            Break(null);
        }
    }

    private async ValueTask SendTogetherAsync(int bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            var at = 0;
            foreach (var answer in _run)
            {
                if (answer.Encoded is { } writer)
                {
                    writer.WrittenMemory.Span.CopyTo(buffer.AsSpan(at));
                    at += writer.Position;
                }
            }

            await _transport.SendAsync(buffer.AsMemory(0, bytes), moreFollows: false).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The encoded bytes with the record regions between them, in order.
    private async ValueTask SendOneAsync(WireWriter writer)
    {
        var bytes = writer.WrittenMemory;
        var at = 0;
        for (var i = 0; i < writer.Splices.Length; i++)
        {
            var splice = writer.Splices[i];
            if (splice.Position > at)
            {
                await _transport.SendAsync(bytes[at..splice.Position], moreFollows: true).ConfigureAwait(false);
                at = splice.Position;
            }

            await _transport.SendAsync(splice.Region).ConfigureAwait(false);
        }

        if (at < bytes.Length)
        {
            await _transport.SendAsync(bytes[at..], moreFollows: false).ConfigureAwait(false);
        }
    }

    private static bool IsSmall(WireWriter writer) => writer.Position <= SmallBytes && writer.Splices.IsEmpty;

    private void Break(Exception? cause)
    {
        if (!_broken)
        {
            _broken = true;
            _observer.QueueBroken(cause);
        }
    }
}
