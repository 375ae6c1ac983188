namespace Samsa.Broker.Api.Fetching;

/// <summary>Names a partition inside a fetch request: by topic name up to Fetch v12, by topic id from v13.</summary>
public readonly record struct FetchSessionKey(string Topic, Guid TopicId, int Partition);
