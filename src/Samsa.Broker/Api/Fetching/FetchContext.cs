using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Fetching;

/// <summary>
/// One fetch request seen through the session rules of KIP-227: which partitions to read, and which of the results
/// the client must be told. Made by <see cref="Resolve"/>; short-lived, one thread at a time.
/// </summary>
public sealed class FetchContext
{
    /// <summary>The session epoch that ends a session or asks for none.</summary>
    public const int FinalEpoch = -1;

    /// <summary>The session epoch that asks for a new session.</summary>
    public const int InitialEpoch = 0;

    private readonly FetchSessionCache _cache;
    private readonly FetchSession? _session;
    private readonly bool _createSession;
    private readonly bool _usesTopicIds;

    private FetchContext(
        FetchSessionCache cache, IReadOnlyCollection<FetchPartition> partitions, FetchSession? session, bool createSession, bool usesTopicIds)
    {
        _cache = cache;
        Partitions = partitions;
        _session = session;
        _createSession = createSession;
        _usesTopicIds = usesTopicIds;
    }

    /// <summary>The partitions to read, in the order to serve them.</summary>
    public IReadOnlyCollection<FetchPartition> Partitions { get; }

    /// <summary>Applies the session rules to a request. The error is for the whole response.</summary>
    public static ErrorCode Resolve(FetchSessionCache cache, FetchRequest request, short version, out FetchContext? context)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(request);
        var usesTopicIds = version >= 13;
        var wanted = ReadPartitions(request);
        context = null;

        if (version < 7 || request.SessionEpoch is FinalEpoch or InitialEpoch)
        {
            // A full fetch ends whatever session the client had; an unknown id is no error here.
            if (version >= 7 && request.SessionId != 0)
            {
                cache.Remove(request.SessionId);
            }

            var create = version >= 7 && request.SessionEpoch == InitialEpoch;
            context = new FetchContext(cache, wanted, session: null, create, usesTopicIds);
            return ErrorCode.None;
        }

        if (!cache.TryGet(request.SessionId, out var session))
        {
            return ErrorCode.FetchSessionIdNotFound;
        }

        lock (session.Gate)
        {
            if (session.NextEpoch != request.SessionEpoch)
            {
                return ErrorCode.InvalidFetchSessionEpoch;
            }

            if (session.UsesTopicIds != usesTopicIds)
            {
                return ErrorCode.FetchSessionTopicIdError;
            }

            foreach (var partition in wanted)
            {
                session.Update(partition);
            }

            foreach (var topic in request.ForgottenTopicsData)
            {
                foreach (var index in topic.Partitions)
                {
                    session.Remove(new FetchSessionKey(topic.Topic, topic.TopicId, index));
                }
            }

            if (session.Count == 0)
            {
                cache.Remove(session.Id);
                context = new FetchContext(cache, [], session: null, createSession: false, usesTopicIds);
                return ErrorCode.None;
            }

            context = new FetchContext(cache, [.. session.Partitions], session, createSession: false, usesTopicIds);
            return ErrorCode.None;
        }
    }

    /// <summary>Takes the results into the session and keeps in the list only what the client must be told. Returns the session id.</summary>
    public int Conclude(List<FetchPartitionResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (_session is null)
        {
            return _createSession ? CreateSession(results) : 0;
        }

        lock (_session.Gate)
        {
            var kept = 0;
            for (var i = 0; i < results.Count; i++)
            {
                var result = results[i];
                if (!result.Request.Tell(result))
                {
                    continue;
                }

                if (result.Length > 0)
                {
                    _session.MoveToEnd(result.Request.Key);
                }

                results[kept++] = result;
            }

            results.RemoveRange(kept, results.Count - kept);
            _session.Advance();
            return _session.Id;
        }
    }

    private int CreateSession(List<FetchPartitionResult> results)
    {
        foreach (var result in results)
        {
            result.Request.Tell(result);
        }

        return _cache.TryCreate(_usesTopicIds, Partitions)?.Id ?? 0;
    }

    private static List<FetchPartition> ReadPartitions(FetchRequest request)
    {
        var partitions = new List<FetchPartition>();
        foreach (var topic in request.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                partitions.Add(new FetchPartition(new FetchSessionKey(topic.Topic, topic.TopicId, partition.Partition))
                {
                    FetchOffset = partition.FetchOffset,
                    MaxBytes = partition.PartitionMaxBytes,
                    CurrentLeaderEpoch = partition.CurrentLeaderEpoch,
                    LastFetchedEpoch = partition.LastFetchedEpoch,
                });
            }
        }

        return partitions;
    }
}
