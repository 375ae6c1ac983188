using System.Buffers;
using System.Numerics;
using Samsa.Protocol;

namespace Samsa.Broker.Network;

/// <summary>
/// The arrays that requests are received into. What ordinary requests need is kept for the next one, within a bound; what only an
/// extraordinary one needs is made for it.
/// Owns the arrays that nobody has; any thread; lives as long as the server; never fails.
/// </summary>
/// <remarks>
/// Up to 64 KB the shared pool does it. From there to 4 MB arrays of powers of two are kept, 16 MB of them at most: enough for two
/// dozen producers with batches of half a megabyte at the same moment. <see cref="Trim"/> lets go of those that nobody needed since it
/// ran last. Above 4 MB nothing is kept.
/// </remarks>
internal sealed class FrameBuffers : ArrayPool<byte>
{
    private const int SmallestKept = 128 << 10;
    private const int LargestKept = 4 << 20;
    private const long MostKept = 16 << 20;

    private readonly Lock _gate = new();
    private readonly Stack<byte[]>[] _free;
    private readonly int[] _unneeded;
    private long _kept;

    public FrameBuffers()
    {
        _free = new Stack<byte[]>[ClassOf(LargestKept) + 1];
        _unneeded = new int[_free.Length];
        for (var i = 0; i < _free.Length; i++)
        {
            _free[i] = new Stack<byte[]>();
        }
    }

    /// <summary>Bytes of arrays above 64 KB that are kept for the next request.</summary>
    public long Kept => Interlocked.Read(ref _kept);

    public override byte[] Rent(int minimumLength)
    {
        if (minimumLength <= SmallestKept / 2)
        {
            return Shared.Rent(minimumLength);
        }

        if (minimumLength > LargestKept)
        {
            return GC.AllocateUninitializedArray<byte>(minimumLength);
        }

        var kind = ClassOf(minimumLength);
        lock (_gate)
        {
            var free = _free[kind];
            if (free.TryPop(out var array))
            {
                _kept -= array.Length;
                _unneeded[kind] = Math.Min(_unneeded[kind], free.Count);
                return array;
            }
        }

        return GC.AllocateUninitializedArray<byte>(SmallestKept << kind);
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        if (array.Length < SmallestKept)
        {
            Shared.Return(array, clearArray);
            return;
        }

        if (array.Length <= LargestKept)
        {
            lock (_gate)
            {
                if (_kept + array.Length <= MostKept)
                {
                    _free[ClassOf(array.Length)].Push(array);
                    _kept += array.Length;
                    return;
                }
            }
        }

        Buffers.Drop(array.Length);
    }

    /// <summary>Lets go of the arrays that lay unused ever since the last call.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            for (var kind = 0; kind < _free.Length; kind++)
            {
                for (; _unneeded[kind] > 0; _unneeded[kind]--)
                {
                    var array = _free[kind].Pop();
                    _kept -= array.Length;
                    Buffers.Drop(array.Length);
                }

                _unneeded[kind] = _free[kind].Count;
            }
        }
    }

    // 0 for 128 KB, 1 for 256 KB, ...
    private static int ClassOf(int bytes) => BitOperations.Log2((uint)(bytes - 1) / SmallestKept * 2 + 1);
}
