using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Metadata;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>
/// Follows the topics of a subscription, and for the leader of a group those of all members: which there are, and how many partitions they have.
/// Owns what metadata asks for on their behalf. One task runs its loop; everything else comes from any thread. Lives until the token is cancelled.
/// Metadata that cannot be fetched is fetched again.
/// </summary>
internal sealed class TopicWatch(ClusterClient cluster, ConsumerOptions options)
{
    private readonly Lock _gate = new();
    private readonly AsyncSignal _wake = new();
    private readonly HashSet<string> _tracked = new(StringComparer.Ordinal);
    private Subscription? _subscription;
    private IReadOnlyCollection<string> _groupTopics = [];
    private int _groupAttempt = -1;

    /// <summary>Called with the topics of a subscription, once they are known and when they change.</summary>
    public required Action<Subscription, IReadOnlyCollection<string>> Matched { get; init; }

    /// <summary>Called with the partitions of the group's topics whenever metadata came.</summary>
    public required Action<int, IReadOnlyDictionary<string, int>> Counted { get; init; }

    /// <summary>
    /// Called when the cluster says that a topic of a subscription can never be read: its name is wrong, or the client has no right to it; or when the
    /// pattern takes longer than it may to look at a name. Again whenever that is found again.
    /// </summary>
    public required Action<Subscription, KafkaException> Refused { get; init; }

    /// <summary>Another subscription; null for none.</summary>
    public void Follow(Subscription? subscription)
    {
        lock (_gate)
        {
            _subscription = subscription;
            Track();
        }

        _wake.Set();
    }

    /// <summary>This member leads: the topics of all members from now on, with the attempt that shared them out.</summary>
    /// <returns>Their partitions as far as they are known.</returns>
    /// <exception cref="OperationCanceledException">The wait for metadata was cancelled.</exception>
    public async Task<IReadOnlyDictionary<string, int>> FollowGroupAsync(int attempt, IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        lock (_gate)
        {
            _groupTopics = topics;
            _groupAttempt = attempt;
            Track();
        }

        if (!topics.All(t => cluster.Metadata.Snapshot.Topic(t) is { Error: ErrorCode.None }))
        {
            try
            {
                await cluster.Metadata.RefreshAsync(cancellation).ConfigureAwait(false);
            }
            catch (KafkaException e)
            {
                cluster.Logger.LogWarning("Metadata of the group's topics could not be fetched: {Reason}", e.Message);
            }
        }

        _wake.Set();
        return Count(cluster.Metadata.Snapshot, topics);
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        Subscription? seen = null;
        string[]? matched = null;
        ClusterSnapshot? judged = null;
        var failures = 0;
        while (true)
        {
            var changed = cluster.Metadata.Changed;
            var (subscription, groupTopics, attempt) = Wanted();
            if (subscription is not null && !ReferenceEquals(subscription, seen))
            {
                // A pattern needs the names of all topics before it can match; names are joined with at once.
                if (subscription.Pattern is null)
                {
                    Matched(subscription, subscription.Topics);
                }

                if (!await TryRefreshAsync(++failures, stopping).ConfigureAwait(false))
                {
                    continue;
                }

                failures = 0;
                seen = subscription;
                matched = null;
                if (subscription.Pattern is null)
                {
                    Matched(subscription, subscription.Topics);
                }

                continue;
            }

            var tooSlow = false;
            if (subscription is { Pattern: { } pattern })
            {
                try
                {
                    var now = Match(pattern);
                    if (matched is null || !now.SequenceEqual(matched, StringComparer.Ordinal))
                    {
                        matched = now;
                        Matched(subscription, matched);
                    }
                }
                catch (RegexMatchTimeoutException e)
                {
                    tooSlow = true;
                    Refused(subscription, new KafkaException(
                        ErrorCode.InvalidRegularExpression,
                        $"The pattern {pattern} takes longer than {e.MatchTimeout.TotalMilliseconds} ms to compare with the topic {e.Input}.",
                        e));
                }
            }

            var snapshot = cluster.Metadata.Snapshot;
            if (subscription is not null && !ReferenceEquals(snapshot, judged) && Refusal(snapshot, subscription) is { } refusal)
            {
                Refused(subscription, refusal);
            }

            judged = snapshot;
            if (groupTopics.Count > 0)
            {
                Counted(attempt, Count(snapshot, groupTopics));
            }

            // Topics that are subscribed to and missing are looked for more often than metadata gets old.
            var isMissing = subscription is not null && !subscription.Topics.All(t => snapshot.Topic(t) is { Error: ErrorCode.None });
            await WaitAsync(changed, isMissing || tooSlow, stopping).ConfigureAwait(false);
        }
    }

    private static Dictionary<string, int> Count(ClusterSnapshot snapshot, IReadOnlyCollection<string> topics)
    {
        var counts = new Dictionary<string, int>(topics.Count, StringComparer.Ordinal);
        foreach (var topic in topics)
        {
            counts[topic] = snapshot.Topic(topic) is { Error: ErrorCode.None } known ? known.Partitions.Count : 0;
        }

        return counts;
    }

    private static KafkaException? Refusal(ClusterSnapshot snapshot, Subscription subscription)
    {
        foreach (var topic in subscription.Topics)
        {
            if (snapshot.Topic(topic) is { Error: ErrorCode.InvalidTopicException or ErrorCode.TopicAuthorizationFailed } refused)
            {
                return new KafkaException(refused.Error, $"Topic '{topic}' cannot be subscribed to: {refused.Error.Name()}.");
            }
        }

        return null;
    }

    private (Subscription? Subscription, IReadOnlyCollection<string> GroupTopics, int Attempt) Wanted()
    {
        lock (_gate)
        {
            return (_subscription, _groupTopics, _groupAttempt);
        }
    }

    private void Track()
    {
        HashSet<string> wanted = _subscription is null ? [] : [.. _subscription.Topics, .. _groupTopics];
        foreach (var topic in wanted)
        {
            if (_tracked.Add(topic))
            {
                cluster.Metadata.Track(topic);
            }
        }

        foreach (var topic in _tracked.Where(t => !wanted.Contains(t)).ToArray())
        {
            _tracked.Remove(topic);
            cluster.Metadata.Untrack(topic);
        }

        // The coordinator that matches a pattern names topics by their ids only.
        cluster.Metadata.TrackAll(_subscription is { Pattern: not null } or { ServerPattern: not null });
    }

    private string[] Match(Regex pattern)
    {
        List<string> names = [];
        foreach (var topic in cluster.Metadata.Snapshot.Topics)
        {
            if (topic.Error == ErrorCode.None && !(topic.IsInternal && options.ExcludeInternalTopics) && pattern.IsMatch(topic.Name))
            {
                names.Add(topic.Name);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return [.. names];
    }

    private async Task<bool> TryRefreshAsync(int attempt, CancellationToken stopping)
    {
        try
        {
            await cluster.Metadata.RefreshAsync(stopping).ConfigureAwait(false);
            return true;
        }
        catch (KafkaException e)
        {
            cluster.Logger.LogWarning("Metadata of the subscription could not be fetched: {Reason}", e.Message);
            await Task.Delay(cluster.RetryBackoff.After(attempt), options.TimeProvider, stopping).ConfigureAwait(false);
            return false;
        }
    }

    private async Task WaitAsync(Task changed, bool looksAgain, CancellationToken stopping)
    {
        var limit = looksAgain ? options.RetryBackoffMax : Timeout.InfiniteTimeSpan;
        try
        {
            await Task.WhenAny(changed, _wake.WaitAsync()).WaitAsync(limit, options.TimeProvider, stopping).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            cluster.Metadata.Invalidate();
        }
    }
}
