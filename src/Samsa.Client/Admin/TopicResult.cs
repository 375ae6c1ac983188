namespace Samsa.Client.Admin;

/// <summary>What became of a change of one topic.</summary>
public sealed record TopicResult : AdminResult
{
    /// <summary>The topic; null when it was named by its id and the broker did not tell.</summary>
    public string? Name { get; init; }

    /// <summary>Its id, <see cref="Guid.Empty"/> when it is not known.</summary>
    public Guid TopicId { get; init; }
}
