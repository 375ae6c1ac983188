using System.Buffers;

namespace Samsa.Protocol;

/// <summary>
/// Arrays for bytes that pass through: small ones from the shared pool, large ones made for their purpose and left to the collector.
/// Owns nothing but two counters; any thread; fails only when there is no memory.
/// </summary>
/// <remarks>
/// The shared pool keeps what it is given for as long as the process has no reason to collect: after three records of 100 MB a
/// broker at rest held 400 MB. A large array costs its time anyway, to fill and to send, so making it anew is lost in that.
/// </remarks>
public static class Buffers
{
    /// <summary>The longest array that is kept for the next who needs one, in bytes.</summary>
    public const int LargestPooled = 1 << 20;

    private static long _dropped;
    private static int _collectionsAtDrop;

    /// <summary>The bytes of all arrays so far that were left to the collector.</summary>
    public static long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>True when a full collection has begun since the newest of them was left, so that it has probably gone.</summary>
    public static bool AreCollected => GC.CollectionCount(GC.MaxGeneration) != Volatile.Read(ref _collectionsAtDrop);

    /// <summary>An array of at least <paramref name="bytes"/> bytes, of any content.</summary>
    public static byte[] Rent(int bytes) =>
        bytes <= LargestPooled ? ArrayPool<byte>.Shared.Rent(bytes) : GC.AllocateUninitializedArray<byte>(bytes);

    /// <summary>Gives back what <see cref="Rent"/> gave, once; nobody may look at it any more.</summary>
    public static void Return(byte[] array)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (array.Length <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
        else
        {
            Drop(array.Length);
        }
    }

    /// <summary>Notes that an array of <paramref name="bytes"/> bytes is left to the collector.</summary>
    public static void Drop(int bytes)
    {
        Volatile.Write(ref _collectionsAtDrop, GC.CollectionCount(GC.MaxGeneration));
        Interlocked.Add(ref _dropped, bytes);
    }
}
