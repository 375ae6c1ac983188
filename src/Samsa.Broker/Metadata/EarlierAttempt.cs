namespace Samsa.Broker.Metadata;

/// <summary>
/// What attempts whose end nobody knows (the connection broke) did to the tree if they came through: then the same change made again
/// must succeed, not fail with "exists already". Each entry explains one thing, once per attempt. One thread.
/// </summary>
internal sealed class EarlierAttempt
{
    private readonly HashSet<Guid> _created;
    private readonly HashSet<string> _deleted;
    private readonly HashSet<(string Topic, int Partitions)> _grown;

    public EarlierAttempt()
        : this([], new(StringComparer.Ordinal), [])
    {
    }

    private EarlierAttempt(HashSet<Guid> created, HashSet<string> deleted, HashSet<(string Topic, int Partitions)> grown) =>
        (_created, _deleted, _grown) = (created, deleted, grown);

    /// <summary>For the next attempt, which uses entries up.</summary>
    public EarlierAttempt Copy() => new([.. _created], new(_deleted, StringComparer.Ordinal), [.. _grown]);

    public void Created(TopicImage topic) => _created.Add(topic.Id);

    public void Deleted(TopicImage topic) => _deleted.Add(topic.Name);

    public void Grown(TopicImage topic) => _grown.Add((topic.Name, topic.Partitions.Count));

    public bool HasCreated(TopicImage topic) => _created.Remove(topic.Id);

    public bool HasDeleted(string topic) => _deleted.Remove(topic);

    public bool HasGrown(TopicImage topic) => _grown.Remove((topic.Name, topic.Partitions.Count));
}
