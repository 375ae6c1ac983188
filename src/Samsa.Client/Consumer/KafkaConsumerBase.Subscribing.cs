using System.Text.RegularExpressions;
using Samsa.Client.Consumer.Groups.Membership;

namespace Samsa.Client.Consumer;

/// <content>Membership in a group, which shares the partitions of topics out among its consumers.</content>
/// <remarks>
/// The group is joined when records are asked for, and partitions come and go only then: between two records, never under one. A consumer that does not
/// ask for <see cref="ConsumerOptions.MaxPollInterval"/> is left out until it does. Heartbeats are sent in the background.
/// </remarks>
public abstract partial class KafkaConsumerBase
{
    private static readonly RebalanceListener Silent = new();

    /// <summary>As whom the consumer is in its group now.</summary>
    /// <exception cref="InvalidOperationException">The consumer has no group.</exception>
    public ConsumerGroupMetadata GroupMetadata
    {
        get
        {
            var member = (Core.Membership ?? throw ConsumerCore.WithoutGroup()).Who.Member;
            return new ConsumerGroupMetadata(Core.Options.GroupId!, member.Generation, member.MemberId, Core.Options.GroupInstanceId);
        }
    }

    /// <summary>The membership, for tests.</summary>
    internal GroupMembership? Membership => Core.Membership;

    /// <summary>The partitions, for tests.</summary>
    internal Fetching.Assignment Fetched => Core.Assignment;

    /// <summary>Reads these topics together with the other consumers of the group; those before are given up.</summary>
    /// <exception cref="InvalidOperationException">The consumer has no group, or partitions that it was assigned.</exception>
    public void Subscribe(params IEnumerable<string> topics) => Subscribe(topics, Silent);

    /// <summary>As <see cref="Subscribe(IEnumerable{string})"/>, and hears of every change of its partitions.</summary>
    /// <exception cref="InvalidOperationException">The consumer has no group, or partitions that it was assigned.</exception>
    public void Subscribe(IEnumerable<string> topics, RebalanceListener listener)
    {
        ArgumentNullException.ThrowIfNull(topics);
        ArgumentNullException.ThrowIfNull(listener);
        string[] names = [.. topics.Distinct(StringComparer.Ordinal)];
        foreach (var name in names)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name, nameof(topics));
        }

        if (names.Length == 0)
        {
            throw new ArgumentException("There is no topic to subscribe to; UnsubscribeAsync ends a subscription.", nameof(topics));
        }

        Subscribe(new Subscription { Topics = names, Listener = listener });
    }

    /// <summary>
    /// Reads all topics whose names <paramref name="pattern"/> matches, also those that come later (they are seen within <c>metadata.max.age.ms</c>). As
    /// with any <see cref="Regex"/> a part of the name is enough: <c>^</c> and <c>$</c> ask for the whole one. Topics that the cluster made for itself are
    /// left out unless <see cref="ConsumerOptions.ExcludeInternalTopics"/> says otherwise.
    /// </summary>
    /// <exception cref="InvalidOperationException">The consumer has no group, or partitions that it was assigned.</exception>
    public void Subscribe(Regex pattern, RebalanceListener? listener = null)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        Subscribe(new Subscription { Pattern = pattern, Listener = listener ?? Silent });
    }

    /// <summary>
    /// Reads all topics whose whole names match <paramref name="pattern"/>, a regular expression of RE2 which the coordinator of the group follows: new topics
    /// are seen as soon as it knows of them. Needs <see cref="GroupProtocol.Consumer"/> and Kafka 4.0.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The consumer has no group, or partitions that it was assigned, or a group of the classic protocol.
    /// </exception>
    public void SubscribePattern(string pattern, RebalanceListener? listener = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        if (Core.Options.GroupProtocol == GroupProtocol.Classic)
        {
            throw new InvalidOperationException("The coordinator of a classic group matches no patterns: set group.protocol=consumer, or subscribe with a Regex.");
        }

        Subscribe(new Subscription { ServerPattern = pattern, Listener = listener ?? Silent });
    }

    /// <summary>
    /// Commits what is done, if that is done automatically, gives all partitions back and leaves the group. Without a subscription nothing happens.
    /// </summary>
    /// <exception cref="InvalidOperationException">A call that reads is under way.</exception>
    public Task UnsubscribeAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Core.IsDisposed, this);
        return Core.UnsubscribeAsync(cancellationToken);
    }

    private void Subscribe(Subscription subscription)
    {
        ObjectDisposedException.ThrowIf(Core.IsDisposed, this);
        var membership = Core.Membership ?? throw ConsumerCore.WithoutGroup();
        if (!membership.IsSubscribed && Core.Assignment.Partitions().Length > 0)
        {
            throw new InvalidOperationException("The consumer has partitions that it was assigned: end that with Unassign to subscribe.");
        }

        membership.Subscribe(subscription);
    }
}
