namespace Samsa.Storage.Compaction;

/// <summary>How compaction works. The defaults are those of Apache Kafka 4.3.1.</summary>
public sealed record CleanerOptions
{
    /// <summary><c>log.cleaner.threads</c>: how many logs are compacted at the same time.</summary>
    public int Threads { get; init; } = 1;

    /// <summary><c>log.cleaner.dedupe.buffer.size</c>: bytes that the maps of all threads take together at most.</summary>
    public long DedupeBufferBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary><c>log.cleaner.io.buffer.load.factor</c>: the part of a map that is used, 0 to 1; fuller maps take more keys and more time.</summary>
    public double LoadFactor { get; init; } = 0.9;

    /// <summary><c>log.cleaner.io.buffer.size</c>: bytes that the buffers for reading and writing of all threads take together.</summary>
    public int IoBufferBytes { get; init; } = 512 * 1024;

    /// <summary><c>log.cleaner.io.max.bytes.per.second</c>: bytes read and written per second, of all threads together.</summary>
    public double MaxBytesPerSecond { get; init; } = double.MaxValue;

    /// <summary><c>log.cleaner.backoff.ms</c>: how long a thread sleeps that has found nothing to compact.</summary>
    public long BackoffMs { get; init; } = 15_000;

    /// <summary>The slots of the map of one thread.</summary>
    internal long SlotsPerThread =>
        Math.Max(2, Math.Min(DedupeBufferBytes / Math.Max(1, Threads), int.MaxValue) / OffsetMap.SlotBytes);

    /// <summary>Bytes that one thread reads, and writes, at a time.</summary>
    internal int BufferBytesPerThread => Math.Max(1, IoBufferBytes / Math.Max(1, Threads) / 2);
}
