using System.Globalization;

namespace Samsa.Broker.Metadata;

/// <summary>
/// What callers asked of the metadata while it was busy, or had no connection to ZooKeeper.
/// Owns the requests that were not taken yet, and the count of callers who wait. Any thread. Never fails: whoever comes when it is full is told so.
/// </summary>
/// <param name="added">There is something to take.</param>
/// <param name="patience">How long a caller waits, <c>request.timeout.ms</c>.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestQueue(Action added, TimeSpan patience, TimeProvider time)
{
    /// <summary>Ten times as many as Kafka keeps before it reads no more of its connections (<c>queued.max.requests</c>, 500): ours are read on.</summary>
    public const int MostCallers = 5000;

    private readonly Lock _lock = new();
    private readonly LinkedList<PendingRequest> _requests = new();
    private int _callers;

    /// <summary>How many requests nobody took yet.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _requests.Count;
            }
        }
    }

    /// <summary>Hands a request over and waits for what comes of it.</summary>
    /// <exception cref="TimeoutException">Nothing came of it in time, or too many wait already.</exception>
    public async Task<TResult> AskAsync<TResult>(PendingRequest request, Task<TResult> done, CancellationToken cancellation)
    {
        if (!TryAdd(request))
        {
            throw new TimeoutException($"{MostCallers} others wait already; it was not begun");
        }

        try
        {
            added();
            return await done.WaitAsync(patience, time, cancellation).ConfigureAwait(false);
        }
        catch (Exception over) when (over is TimeoutException or OperationCanceledException)
        {
            var isDropped = request.GiveUp();
            if (done.IsCompleted)
            {
                // It failed by itself, or its end came in the same moment.
                return await done.ConfigureAwait(false);
            }

            if (over is OperationCanceledException)
            {
                throw;
            }

            var within = string.Create(CultureInfo.InvariantCulture, $"within {patience.TotalMilliseconds} ms (request.timeout.ms)");
            throw new TimeoutException(isDropped
                ? $"it could not be begun {within} and was dropped"
                : $"nothing came of it {within}; it may be made all the same");
        }
        finally
        {
            Leave(request);
        }
    }

    /// <summary>Hands over what waits, in the order in which it came.</summary>
    public PendingRequest[] TakeAll()
    {
        lock (_lock)
        {
            PendingRequest[] all = [.. _requests];
            _requests.Clear();
            return all;
        }
    }

    private bool TryAdd(PendingRequest request)
    {
        lock (_lock)
        {
            if (_callers >= MostCallers)
            {
                return false;
            }

            _callers++;
            _requests.AddLast(request);
            return true;
        }
    }

    // With or without a result. A request that nobody took yet goes with its caller.
    private void Leave(PendingRequest request)
    {
        lock (_lock)
        {
            _callers--;
            if (request.IsGivenUp)
            {
                _requests.Remove(request);
            }
        }
    }
}
