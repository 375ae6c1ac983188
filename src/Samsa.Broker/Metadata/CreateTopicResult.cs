namespace Samsa.Broker.Metadata;

/// <summary>The outcome for one topic: the topic as it was made (or would be, when only validated), or the error.</summary>
public readonly record struct CreateTopicResult(MetadataError Error, TopicImage? Topic);
