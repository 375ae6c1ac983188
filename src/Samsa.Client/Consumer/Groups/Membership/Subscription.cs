using System.Text.RegularExpressions;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>What a consumer subscribes to: topics by name, or all that match a pattern.</summary>
internal sealed record Subscription
{
    /// <summary>The names; empty with a pattern of either kind.</summary>
    public IReadOnlyCollection<string> Topics { get; init; } = [];

    /// <summary>What the names of topics have to match, found out by this client.</summary>
    public Regex? Pattern { get; init; }

    /// <summary>What the names of topics have to match, found out by the coordinator (RE2, KIP-848).</summary>
    public string? ServerPattern { get; init; }

    /// <summary>What the caller does when its partitions change.</summary>
    public required RebalanceListener Listener { get; init; }
}
