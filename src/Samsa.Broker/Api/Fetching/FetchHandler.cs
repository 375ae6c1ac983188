using Samsa.Broker.Metrics;
using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Api.Fetching;

/// <summary>
/// Fetch, v0 to v18: sessions (KIP-227), long poll, isolation levels, down-conversion for v0 to v3.
/// Departs from Kafka: a broker that asks as a follower is answered NOT_LEADER_OR_FOLLOWER (replication comes later).
/// </summary>
public sealed class FetchHandler(
    ReplicaManager replicas, FetchSessionCache sessions, BrokerMetrics metrics, FetchLimits limits, TimeProvider time)
{
    private readonly FetchReader _reader = new(replicas);
    private int _waiting;

    /// <summary>How many fetches wait for data now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Serves one fetch; waits at most the request's max wait for its min bytes.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, FetchRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var version = context.ApiVersion;
        if (request.IsolationLevel is not (0 or 1))
        {
            return Refused(request, version, ErrorCode.UnknownServerError);
        }

        var error = FetchContext.Resolve(sessions, request, version, out var fetch);
        if (error != ErrorCode.None)
        {
            return new FetchResponse { ErrorCode = error };
        }

        context.ReleaseRequestBytes();
        var terms = ReadTerms(request, version);
        var results = ReadAll(fetch!.Partitions, terms);
        if (MustWait(results, terms))
        {
            results = await WaitThenReadAsync(fetch.Partitions, results, terms, context.ConnectionClosed).ConfigureAwait(false);
        }

        var sessionId = fetch.Conclude(results);
        return BuildResponse(results, sessionId, terms);
    }

    /// <summary>
    /// The answer to a request that cannot be served as a whole: its error, and the same for each partition of a client that
    /// names topics; a client that uses ids looks at the whole answer's error alone.
    /// </summary>
    private static FetchResponse Refused(FetchRequest request, short version, ErrorCode error)
    {
        var response = new FetchResponse { ErrorCode = error };
        if (version >= 13)
        {
            return response;
        }

        foreach (var topic in request.Topics)
        {
            var answers = new FetchResponse.FetchableTopicResponse { Topic = topic.Topic };
            response.Responses.Add(answers);
            foreach (var partition in topic.Partitions)
            {
                answers.Partitions.Add(new FetchResponse.PartitionData
                {
                    PartitionIndex = partition.Partition,
                    ErrorCode = error,
                    HighWatermark = -1,
                    AbortedTransactions = [],
                    Records = RecordSlice.Empty,
                });
            }
        }

        return response;
    }

    private FetchTerms ReadTerms(FetchRequest request, short version)
    {
        var replicaId = version >= 15 ? request.ReplicaState.ReplicaId : request.ReplicaId;
        return new FetchTerms
        {
            Version = version,
            ReplicaId = replicaId,
            Isolation = replicaId >= 0 ? FetchIsolation.LogEnd
                : request.IsolationLevel == 1 ? FetchIsolation.LastStable
                : FetchIsolation.HighWatermark,
            MaxBytes = Math.Min(Math.Max(request.MaxBytes, 0), limits.MaxBytes),
            MinBytes = Math.Min(Math.Max(request.MinBytes, 0), limits.MaxBytes),
            MaxWait = TimeSpan.FromMilliseconds(Math.Max(request.MaxWaitMs, 0)),
        };
    }

    private List<FetchPartitionResult> ReadAll(IReadOnlyCollection<FetchPartition> partitions, FetchTerms terms)
    {
        var results = new List<FetchPartitionResult>(partitions.Count);
        var remaining = terms.MaxBytes;
        var minOneBatch = terms.MayExceedLimits;
        foreach (var wanted in partitions)
        {
            var result = _reader.Read(wanted, terms, Math.Min(remaining, Math.Max(wanted.MaxBytes, 0)), minOneBatch);
            results.Add(result);
            if (result.Length > 0)
            {
                remaining = Math.Max(0, remaining - result.Length);
                minOneBatch = false;
            }
        }

        return results;
    }

    private static bool MustWait(List<FetchPartitionResult> results, FetchTerms terms)
    {
        if (terms.MaxWait <= TimeSpan.Zero || results.Count == 0)
        {
            return false;
        }

        // A partition that nobody knows is no reason to hurry, as in Kafka: a client that still asks for a deleted topic would
        // otherwise ask again and again without a pause.
        long bytes = 0;
        var known = 0;
        foreach (var result in results)
        {
            if (result.IsUnknown)
            {
                continue;
            }

            if (result.Error != ErrorCode.None || result.Diverging is not null)
            {
                return false;
            }

            known++;
            bytes += result.Length;
        }

        return known > 0 && bytes < terms.MinBytes;
    }

    private async ValueTask<List<FetchPartitionResult>> WaitThenReadAsync(
        IReadOnlyCollection<FetchPartition> partitions, List<FetchPartitionResult> results, FetchTerms terms, CancellationToken closed)
    {
        long bytes = 0;
        foreach (var result in results)
        {
            bytes += result.Length;
        }

        using (var parked = new ParkedFetch(terms.MinBytes - bytes, terms.MaxWait, time))
        {
            foreach (var result in results)
            {
                if (result.IsUnknown)
                {
                    continue;
                }

                if (_reader.Find(result.Request, terms.Version) is not { } partition)
                {
                    parked.Wake();
                    continue;
                }

                parked.Watch(partition);
                if (partition.VisibleEnd(terms.Isolation) > EndSeen(result, terms))
                {
                    // Something became visible between the read and the watch: the bytes are unknown, so read again.
                    parked.Wake();
                }
            }

            Release(results);
            using var registration = closed.UnsafeRegister(static state => ((ParkedFetch)state!).Wake(), parked);
            Interlocked.Increment(ref _waiting);
            await parked.Woken.ConfigureAwait(false);
            Interlocked.Decrement(ref _waiting);
        }

        return ReadAll(partitions, terms);
    }

    private static long EndSeen(FetchPartitionResult result, FetchTerms terms) =>
        terms.Isolation == FetchIsolation.LastStable ? result.LastStableOffset : result.HighWatermark;

    private static void Release(List<FetchPartitionResult> results)
    {
        foreach (var result in results)
        {
            result.Dispose();
        }
    }

    private FetchResponse BuildResponse(List<FetchPartitionResult> results, int sessionId, FetchTerms terms)
    {
        var response = new FetchResponse { SessionId = sessionId };
        FetchResponse.FetchableTopicResponse? topic = null;
        foreach (var result in results)
        {
            var key = result.Request.Key;
            if (topic is null || topic.Topic != key.Topic || topic.TopicId != key.TopicId)
            {
                topic = new FetchResponse.FetchableTopicResponse { Topic = key.Topic, TopicId = key.TopicId };
                response.Responses.Add(topic);
            }

            Count(result, terms);
            topic.Partitions.Add(Answer(result));
        }

        return response;
    }

    private static FetchResponse.PartitionData Answer(FetchPartitionResult result)
    {
        var data = new FetchResponse.PartitionData
        {
            PartitionIndex = result.Request.Key.Partition,
            ErrorCode = result.Error,
            HighWatermark = result.HighWatermark,
            LastStableOffset = result.LastStableOffset,
            LogStartOffset = result.LogStartOffset,
            AbortedTransactions = result.Aborted,
            Records = result.Converted is { } converted ? new RecordSlice(converted)
                : result.Region is { } region ? new RecordSlice(region)
                : RecordSlice.Empty,
        };
        if (result.Diverging is { } diverging)
        {
            data.DivergingEpoch = diverging;
        }

        // The response now owns the region: the connection disposes it once it is sent.
        result.Region = null;
        return data;
    }

    private void Count(FetchPartitionResult result, FetchTerms terms)
    {
        if (_reader.Find(result.Request, terms.Version) is not { } partition)
        {
            return;
        }

        var topic = metrics.Topic(partition.TopicPartition.Topic);
        topic.TotalFetchRequests.Increment();
        topic.BytesOut.Add(result.Length);
        topic.FetchMessageConversions.Add(result.ConvertedRecords);
        if (result.Error != ErrorCode.None)
        {
            topic.FailedFetchRequests.Increment();
        }
    }
}
