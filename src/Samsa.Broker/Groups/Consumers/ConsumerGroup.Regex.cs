namespace Samsa.Broker.Groups.Consumers;

/// <content>Regular expressions of topics: looked up in an event of their own, so that no heartbeat waits for it.</content>
internal sealed partial class ConsumerGroup
{
    /// <summary>How long what was looked up counts at least, while topics come and go, in ms.</summary>
    private const int LookUpAgainMs = 10_000;

    /// <summary>Looks up which topics the members' regular expressions match.</summary>
    public void LookUpTopics(GroupStep step)
    {
        var draft = new ConsumerDraft();
        var differs = false;
        foreach (var pattern in Patterns(null))
        {
            if (_regexes.TryGetValue(pattern, out var known) && known.Version == step.Cluster.Version)
            {
                continue;
            }

            var topics = TopicPattern.Matches(pattern, step.Cluster.Topics.Keys);
            differs |= !topics.SetEquals(known?.Topics ?? new HashSet<string>());
            draft.Add(new ConsumerChange.Regex(pattern, new ResolvedRegex(topics, step.Cluster.Version, step.Timestamp)));
        }

        if (draft.Changes.Count == 0)
        {
            return;
        }

        if (differs)
        {
            // The epoch's hash is that of the topics after the change.
            var before = new Dictionary<string, ResolvedRegex>(_regexes, StringComparer.Ordinal);
            foreach (var change in draft.Changes)
            {
                var found = (ConsumerChange.Regex)change;
                _regexes[found.Pattern] = found.Resolved;
            }

            Bump(true, null, draft, step);
            _regexes.Clear();
            foreach (var (pattern, resolved) in before)
            {
                _regexes[pattern] = resolved;
            }
        }

        Store(draft, step, null, null, null);
    }

    // Asks for a look-up where something is not known, or may be out of date.
    private void AskForTopics(ConsumerMember updated, GroupStep step)
    {
        foreach (var pattern in Patterns(updated))
        {
            if (!_regexes.TryGetValue(pattern, out var known)
                || (known.Version != step.Cluster.Version && step.Timestamp >= known.Timestamp + LookUpAgainMs))
            {
                step.Follow(new GroupEvent.LookUpTopics(GroupId));
                return;
            }
        }
    }

    private HashSet<string> Patterns(ConsumerMember? updated)
    {
        var patterns = new HashSet<string>(StringComparer.Ordinal);
        if (updated is { HasRegex: true })
        {
            patterns.Add(updated.TopicRegex!);
        }

        foreach (var member in _members.Values)
        {
            if (member.HasRegex && member.MemberId != updated?.MemberId)
            {
                patterns.Add(member.TopicRegex!);
            }
        }

        return patterns;
    }

    private int SubscribersOf(string pattern)
    {
        var count = 0;
        foreach (var member in _members.Values)
        {
            count += member.TopicRegex == pattern ? 1 : 0;
        }

        return count;
    }

    private IReadOnlySet<string> MatchedBy(ConsumerMember member) =>
        member.HasRegex && _regexes.TryGetValue(member.TopicRegex!, out var resolved) ? resolved.Topics : NoTopics;

    private static readonly HashSet<string> NoTopics = [];

    // What the log says comes from another run: its versions mean nothing here.
    private void ForgetVersions()
    {
        foreach (var (pattern, resolved) in _regexes.ToArray())
        {
            _regexes[pattern] = resolved with { Version = -1 };
        }
    }
}
