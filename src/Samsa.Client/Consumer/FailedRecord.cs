using Samsa.Client.Serialization;
using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer;

/// <summary>A record that could not be deserialized, as copies of its bytes.</summary>
public sealed class FailedRecord
{
    /// <summary>The partition.</summary>
    public required TopicPartition Partition { get; init; }

    /// <summary>The offset.</summary>
    public required long Offset { get; init; }

    /// <summary>ms since 1970, -1 for none.</summary>
    public required long TimestampMs { get; init; }

    /// <summary>The key or null.</summary>
    public required byte[]? Key { get; init; }

    /// <summary>The value or null.</summary>
    public required byte[]? Value { get; init; }

    /// <summary>The headers in order.</summary>
    public required IReadOnlyList<RecordHeader> Headers { get; init; }

    /// <summary>Whether key or value was at fault.</summary>
    public required RecordPart Part { get; init; }

    /// <summary>What the deserializer threw.</summary>
    public required Exception Cause { get; init; }
}
