using System.Buffers;

namespace Samsa.Broker.Network;

/// <summary>
/// The frames of requests in work: rented buffers, counted against <c>queued.max.request.bytes</c>.
/// Owns the count and the line of those who wait for room; every connection's read loop enters, any thread returns a frame;
/// lives as long as the server; never fails, it makes callers wait.
/// </summary>
/// <remarks>As in Kafka the bound is soft by one request: a frame is let in while any room is left, so none is ever stuck.</remarks>
internal sealed class RequestMemory(long maxBytes, ArrayPool<byte>? pool = null)
{
    private readonly Lock _gate = new();
    private readonly Queue<(int Bytes, TaskCompletionSource Turn)> _waiting = new();
    private readonly ArrayPool<byte> _pool = pool ?? ArrayPool<byte>.Shared;
    private long _used;

    /// <summary>Bytes of requests that are held now; 0 when there is no bound to count against.</summary>
    public long UsedBytes => Interlocked.Read(ref _used);

    /// <summary>True while somebody waits for room.</summary>
    public bool HasWaiters
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count > 0;
            }
        }
    }

    /// <summary>Waits for room for a frame, in order of arrival.</summary>
    public ValueTask ReserveAsync(int bytes, CancellationToken cancellation)
    {
        if (maxBytes < 0)
        {
            return ValueTask.CompletedTask;
        }

        lock (_gate)
        {
            if (_waiting.Count == 0 && _used < maxBytes)
            {
                _used += bytes;
                return ValueTask.CompletedTask;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue((bytes, turn));
            return Wait(turn, cancellation);
        }

        static async ValueTask Wait(TaskCompletionSource turn, CancellationToken cancellation)
        {
            using (cancellation.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn))
            {
                await turn.Task.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Gives back what <see cref="ReserveAsync"/> took.</summary>
    public void Release(int bytes)
    {
        if (maxBytes < 0)
        {
            return;
        }

        lock (_gate)
        {
            _used -= bytes;
            while (_used < maxBytes && _waiting.TryDequeue(out var next))
            {
                // One who has given up meanwhile takes nothing.
                if (next.Turn.TrySetResult())
                {
                    _used += next.Bytes;
                }
            }
        }
    }

    /// <summary>A buffer of at least <paramref name="bytes"/> bytes.</summary>
    public byte[] Rent(int bytes) => _pool.Rent(bytes);

    /// <summary>Gives a buffer back.</summary>
    public void Return(byte[] buffer) => _pool.Return(buffer);
}
