using Samsa.Protocol;

namespace Samsa.Client.Consumer.Fetching;

/// <summary>What a broker answered to an <see cref="OffsetQuestion"/>: an error, or what it found; null when no record is so new.</summary>
internal readonly record struct OffsetAnswer(TopicPartition Partition, ErrorCode Error, OffsetAndTimestamp? Found);
