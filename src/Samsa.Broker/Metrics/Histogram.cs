using System.Numerics;

namespace Samsa.Broker.Metrics;

/// <summary>
/// A distribution of the last four to six minutes, as Kafka's beans show one of about five, in a fixed 6.6 KiB.
/// </summary>
/// <remarks>
/// Owns three windows of two minutes, each a table of log-linear buckets (16 per power of two: a quantile is at most 3.2 %
/// away from the truth). Any thread may record: three interlocked additions, no lock, no allocation after the first value.
/// Lives as long as its metric. Never fails; a value recorded while its window is being recycled may be missing from the
/// quantiles, never from count and sum.
/// </remarks>
public sealed class Histogram
{
    private const int SubBucketBits = 4;
    private const int SubBuckets = 1 << SubBucketBits;
    private const int HighestPower = 36;
    private const int BucketCount = (HighestPower - SubBucketBits + 2) * SubBuckets;
    private const int Windows = 3;
    private const int WindowSeconds = 120;
    private const long MaxValue = (1L << (HighestPower + 1)) - 1;

    private readonly long _ticksPerWindow;
    private readonly long[] _windowOfSlot = [-1, -1, -1];
    private int[]? _buckets;
    private long _count;
    private long _sum;

    /// <summary>Creates an empty histogram.</summary>
    /// <param name="timestampFrequency">Ticks per second of the timestamps that callers pass
    /// (<see cref="TimeProvider.TimestampFrequency"/>).</param>
    public Histogram(long timestampFrequency) => _ticksPerWindow = timestampFrequency * WindowSeconds;

    /// <summary>How many values were recorded since the start.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>The sum of all values since the start, in the unit of the values.</summary>
    public long Sum => Interlocked.Read(ref _sum);

    /// <summary>Records one value at a moment.</summary>
    /// <param name="value">The value; a negative one counts as zero, one above 2^37 as 2^37.</param>
    /// <param name="timestamp">The moment, as <see cref="TimeProvider.GetTimestamp"/> gives it.</param>
    public void Record(long value, long timestamp)
    {
        value = Math.Clamp(value, 0, MaxValue);
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _sum, value);
        int[] buckets = _buckets ?? CreateBuckets();
        long window = timestamp / _ticksPerWindow;
        int slot = (int)(window % Windows);
        long windowOfSlot = Volatile.Read(ref _windowOfSlot[slot]);
        if (windowOfSlot < window && Interlocked.CompareExchange(ref _windowOfSlot[slot], window, windowOfSlot) == windowOfSlot)
            Array.Clear(buckets, slot * BucketCount, BucketCount);
        Interlocked.Increment(ref buckets[slot * BucketCount + BucketOf(value)]);
    }

    /// <summary>Computes quantiles of the recent values; zero when there are none.</summary>
    /// <param name="quantiles">Ascending, each within 0..1.</param>
    /// <param name="results">Receives one value per quantile.</param>
    /// <param name="timestamp">The current moment, which decides what is recent.</param>
    public void GetQuantiles(ReadOnlySpan<double> quantiles, Span<double> results, long timestamp)
    {
        results[..quantiles.Length].Clear();
        if (_buckets is not { } buckets)
            return;
        Span<long> merged = stackalloc long[BucketCount];
        merged.Clear();
        long total = 0;
        long current = timestamp / _ticksPerWindow;
        for (int slot = 0; slot < Windows; slot++)
        {
            long age = current - Volatile.Read(ref _windowOfSlot[slot]);
            if (age is < 0 or >= Windows)
                continue;
            for (int i = 0; i < BucketCount; i++)
            {
                int count = buckets[slot * BucketCount + i];
                merged[i] += count;
                total += count;
            }
        }

        if (total == 0)
            return;
        int bucket = 0;
        long seen = merged[0];
        for (int i = 0; i < quantiles.Length; i++)
        {
            long rank = Math.Max(1, (long)Math.Ceiling(quantiles[i] * total));
            while (seen < rank && bucket < BucketCount - 1)
                seen += merged[++bucket];
            results[i] = MiddleOf(bucket);
        }
    }

    private static int BucketOf(long value)
    {
        if (value < SubBuckets)
            return (int)value;
        int shift = BitOperations.Log2((ulong)value) - SubBucketBits;
        return (shift + 1) * SubBuckets + (int)((value >> shift) - SubBuckets);
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < 2 * SubBuckets)
            return bucket;
        int shift = bucket / SubBuckets - 1;
        long low = (long)(bucket % SubBuckets + SubBuckets) << shift;
        return low + ((1L << shift) - 1) / 2.0;
    }

    private int[] CreateBuckets()
    {
        var created = new int[Windows * BucketCount];
        return Interlocked.CompareExchange(ref _buckets, created, null) ?? created;
    }
}
