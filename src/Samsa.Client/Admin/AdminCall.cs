using System.Collections.Concurrent;
using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Admin;

/// <summary>
/// One call of a <see cref="KafkaAdmin"/>, from the question to the last retry.
/// Owns the time that is left of it; lives as long as the call, on whatever thread carries it on.
/// </summary>
internal sealed class AdminCall(ClusterClient cluster, AdminOptions options, CancellationToken cancellation)
{
    /// <summary>
    /// How long a topic that the cluster does not know is asked for again, in case it was made just now and this broker has not
    /// heard of it. Kafka's Java client goes on for the whole of <c>default.api.timeout.ms</c>.
    /// </summary>
    public static readonly TimeSpan PatienceWithUnknownTopics = TimeSpan.FromSeconds(3);

    private readonly long _start = options.TimeProvider.GetTimestamp();

    public ClusterClient Cluster => cluster;

    public CancellationToken Cancellation => cancellation;

    /// <summary>How long the call has lasted.</summary>
    public TimeSpan Elapsed => options.TimeProvider.GetElapsedTime(_start);

    /// <summary>How long the broker may work on a request: what is left of the call, at most <c>request.timeout.ms</c>.</summary>
    public TimeSpan RequestTimeout
    {
        get
        {
            var left = options.DefaultApiTimeout - Elapsed;
            return left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1)
                : left < options.RequestTimeout ? left
                : options.RequestTimeout;
        }
    }

    /// <summary><see cref="RequestTimeout"/> as the requests carry it.</summary>
    public int RequestTimeoutMs => (int)Math.Min(RequestTimeout.TotalMilliseconds, int.MaxValue);

    /// <summary>Sends one request, in the newest version that both sides know.</summary>
    public async Task<TResponse> AskAsync<TRequest, TResponse>(
        BrokerConnection connection, ClientApi<TRequest, TResponse> api, Func<short, TRequest> request)
        where TRequest : IMessage
        where TResponse : IMessage, new()
    {
        var version = connection.Versions.Choose(api);
        return await connection.SendAsync(api, version, request(version), RequestTimeout, cancellation).ConfigureAwait(false);
    }

    /// <summary>Repeats an attempt until it works, cannot work or the time is over.</summary>
    public Task<TResult> RetryAsync<TResult>(Func<Task<TResult>> attempt) =>
        cluster.RetryAsync(_ => attempt(), options.DefaultApiTimeout, cancellation);

    /// <summary>
    /// Gets an answer for every item: repeats an attempt with those items only whose failures may pass. The results are in the order
    /// of the items, each once; an item without an answer at the end carries the reason.
    /// </summary>
    /// <param name="items">What is asked for; repetitions count once.</param>
    /// <param name="retries">Whether a failure that a broker reported for one item may pass.</param>
    /// <param name="failed">Makes the result of an item that nobody answered for.</param>
    /// <param name="attempt">Asks once for the pending items and gives what it learns to <see cref="PendingItems{TKey, TResult}"/>.</param>
    public async Task<IReadOnlyList<TResult>> RunAsync<TKey, TResult>(
        IEnumerable<TKey> items,
        Func<ErrorCode, bool> retries,
        Func<TKey, ErrorCode, string, TResult> failed,
        Func<PendingItems<TKey, TResult>, Task> attempt)
        where TKey : notnull
        where TResult : AdminResult
    {
        TKey[] all = [.. items.Distinct()];
        var results = new ConcurrentDictionary<TKey, TResult>();
        IReadOnlyList<TKey> pending = all;
        try
        {
            await RetryAsync(async () =>
            {
                if (pending.Count > 0)
                {
                    var round = new PendingItems<TKey, TResult>(pending, results, failed);
                    await attempt(round).ConfigureAwait(false);
                    pending = round.Unanswered(code => retries(code) && (!IsUnknown(code) || Elapsed < PatienceWithUnknownTopics));
                    ThrowFor(pending, results);
                }

                return true;
            }).ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            foreach (var item in pending)
            {
                results[item] = failed(item, e.ErrorCode, e.Message);
            }
        }

        return [.. all.Select(item => results[item])];
    }

    private static bool IsUnknown(ErrorCode code) => code is ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId;

    // The failure that asks most of the next attempt speaks for all: it may have to look at the metadata first.
    private static void ThrowFor<TKey, TResult>(IReadOnlyList<TKey> pending, ConcurrentDictionary<TKey, TResult> results)
        where TKey : notnull
        where TResult : AdminResult
    {
        AdminResult? chosen = null;
        foreach (var item in pending)
        {
            var result = results[item];
            if (chosen is null || result.Error.RefreshesMetadata() || result.Error == ErrorCode.NotController)
            {
                chosen = result;
            }
        }

        chosen?.ThrowIfFailed();
    }
}
