namespace Samsa.ZooKeeper.Server.Sessions;

/// <summary>
/// Owns the sessions and says which have expired. Whoever holds the server's lock enters; time is handed in (ms of a clock that
/// never goes back). Sessions expire in buckets of a tick: a session whose client was heard at T with time-out t expires at the
/// first multiple of the tick after T + t, never before, and one look at the oldest bucket finds all of them.
/// </summary>
internal sealed class SessionTable(int tickTime)
{
    private readonly Dictionary<long, Session> _sessions = [];

    // By the end of each. There are few (as many as the longest time-out has ticks): looking at all of them once a tick costs nothing.
    private readonly Dictionary<long, HashSet<Session>> _buckets = [];

    internal int Count => _sessions.Count;

    internal IReadOnlyCollection<Session> All => _sessions.Values;

    /// <summary>When the first bucket ends; null without sessions.</summary>
    internal long? NextExpiry
    {
        get
        {
            long? first = null;
            foreach (var end in _buckets.Keys)
            {
                first = end < first ? end : first ?? end;
            }

            return first;
        }
    }

    /// <summary>The sessions by the end of their bucket, the first one first.</summary>
    internal IReadOnlyCollection<KeyValuePair<long, HashSet<Session>>> Buckets => [.. _buckets.OrderBy(static bucket => bucket.Key)];

    internal Session? Find(long id) => _sessions.GetValueOrDefault(id);

    /// <summary>Adds a session, or finds it.</summary>
    internal Session Add(long id, int timeout, long now)
    {
        if (!_sessions.TryGetValue(id, out var session))
        {
            _sessions.Add(id, session = new Session(id, timeout));
            MoveTo(session, BucketOf(now + timeout));
        }

        return session;
    }

    /// <summary>Its client was heard: it lives for another time-out.</summary>
    internal void Touch(Session session, long now)
    {
        var end = BucketOf(now + session.Timeout);
        if (!session.IsClosing && end > session.ExpiresAt)
        {
            MoveTo(session, end);
        }
    }

    /// <summary>The sessions whose time is over, which are closing from now on. Those of clients in this process begin anew.</summary>
    internal List<Session> Expire(long now)
    {
        var expired = new List<Session>();
        while (NextExpiry is { } end && end <= now)
        {
            _buckets.Remove(end, out var bucket);
            foreach (var session in bucket!)
            {
                if (session.IsInProcess)
                {
                    MoveTo(session, BucketOf(now + session.Timeout));
                }
                else
                {
                    session.IsClosing = true;
                    expired.Add(session);
                }
            }
        }

        return expired;
    }

    internal void Remove(long id)
    {
        if (_sessions.Remove(id, out var session))
        {
            LeaveBucket(session);
        }
    }

    private long BucketOf(long time) => ((time / tickTime) + 1) * tickTime;

    private void MoveTo(Session session, long end)
    {
        LeaveBucket(session);
        session.ExpiresAt = end;
        if (!_buckets.TryGetValue(end, out var bucket))
        {
            _buckets.Add(end, bucket = []);
        }

        bucket.Add(session);
    }

    private void LeaveBucket(Session session)
    {
        if (_buckets.TryGetValue(session.ExpiresAt, out var bucket) && bucket.Remove(session) && bucket.Count == 0)
        {
            _buckets.Remove(session.ExpiresAt);
        }
    }
}
