namespace Samsa.Client.Admin;

/// <summary>A topic of the cluster.</summary>
/// <param name="Name">Its name.</param>
/// <param name="TopicId">Its id, <see cref="Guid.Empty"/> from brokers older than Kafka 2.8.</param>
/// <param name="IsInternal">Whether the cluster made it for itself, such as <c>__consumer_offsets</c>.</param>
public sealed record TopicListing(string Name, Guid TopicId, bool IsInternal);
