using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>A record on its way into a batch: views of what the caller holds.</summary>
internal readonly ref struct RecordParts
{
    // Kafka's upper bound of what a record takes beside its key, value and headers: five varints and the attributes.
    private const int MostOverhead = 5 + 1 + 10 + 5 + 5 + 5 + 5;
    private const int MostVarint = 5;

    public required string Topic { get; init; }

    public int? Partition { get; init; }

    public OptionalBytes Key { get; init; }

    public OptionalBytes Value { get; init; }

    public long? Timestamp { get; init; }

    public ReadOnlySpan<RecordHeader> Headers { get; init; }

    /// <summary>The most bytes that the record can take in a batch.</summary>
    public long MostBytes
    {
        get
        {
            var size = (long)MostOverhead + Key.Length + Value.Length;
            foreach (ref readonly var header in Headers)
            {
                size += (2 * MostVarint) + header.Key.Length + (header.Value?.Length ?? 0);
            }

            return size;
        }
    }
}
