using System.Runtime.InteropServices;

namespace Samsa.Storage.Compaction;

/// <summary>
/// Owns a fixed block of memory with the newest offset of every key of the dirty part of a log: 24 bytes per key, 16 of them
/// the key's hash. It never grows: when <see cref="IsFull"/> the cleaner stops reading and cleans up to there.
/// One thread at a time. The block lives outside the managed heap, from construction to disposal, so that it goes back to the
/// system at once; pages that no key touched are never taken from it. Fails with <see cref="OutOfMemoryException"/>.
/// </summary>
internal sealed unsafe class OffsetMap : IDisposable
{
    /// <summary>Bytes per slot: as in Apache Kafka, so that one pass over a log takes as many keys as there.</summary>
    internal const int SlotBytes = 24;

    private const long NoOffset = -1;

    private readonly KeyHasher _hasher = new();
    private readonly long _slots;
    private readonly long _capacity;
    private Slot* _block;

    /// <summary>A map of <paramref name="slots"/> slots of which at most the part <paramref name="loadFactor"/> is used.</summary>
    internal OffsetMap(long slots, double loadFactor)
    {
        // One slot stays free: a search ends there.
        _slots = Math.Max(2, slots);
        _capacity = Math.Clamp((long)(_slots * loadFactor), 1, _slots - 1);
        _block = (Slot*)NativeMemory.AllocZeroed((nuint)_slots, SlotBytes);
    }

    /// <summary>How many keys there are.</summary>
    internal long Count { get; private set; }

    /// <summary>True when no key that is not there yet should be put in.</summary>
    internal bool IsFull => Count >= _capacity;

    /// <summary>The part of the slots that is taken.</summary>
    internal double Utilization => (double)Count / _slots;

    /// <summary>Notes that the newest record of <paramref name="key"/> so far is at <paramref name="offset"/>.</summary>
    internal void Put(ReadOnlySpan<byte> key, long offset)
    {
        var slot = Find(key, out var low, out var high);
        if (slot->OffsetPlusOne == 0)
        {
            if (Count == _slots - 1)
            {
                throw new InvalidOperationException($"The map is full with {Count} keys");
            }

            Count++;
            slot->Low = low;
            slot->High = high;
        }

        slot->OffsetPlusOne = offset + 1;
    }

    /// <summary>The newest offset of <paramref name="key"/>, -1 when it is not there.</summary>
    internal long Get(ReadOnlySpan<byte> key)
    {
        var slot = Find(key, out _, out _);
        return slot->OffsetPlusOne == 0 ? NoOffset : slot->OffsetPlusOne - 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }

    // Linear probing: neighbours share a cache line, and the hash is even enough for it up to a load of 0.9.
    private Slot* Find(ReadOnlySpan<byte> key, out ulong low, out ulong high)
    {
        ObjectDisposedException.ThrowIf(_block is null, this);
        (low, high) = _hasher.Hash(key);
        var slot = _block + (long)Math.BigMul(low, (ulong)_slots, out _);
        var end = _block + _slots;
        while (slot->OffsetPlusOne != 0 && (slot->Low != low || slot->High != high))
        {
            slot++;
            if (slot == end)
            {
                slot = _block;
            }
        }

        return slot;
    }

    private struct Slot
    {
        internal ulong Low;
        internal ulong High;
        internal long OffsetPlusOne;
    }
}
