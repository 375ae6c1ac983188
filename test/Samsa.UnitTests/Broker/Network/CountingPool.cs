using System.Buffers;

namespace Samsa.UnitTests.Broker.Network;

/// <summary>A pool that counts, refuses buffers that are not out, and spoils what comes back so that later use shows.</summary>
internal sealed class CountingPool : ArrayPool<byte>
{
    private readonly HashSet<byte[]> _out = new(ReferenceEqualityComparer.Instance);

    /// <summary>Buffers rented so far.</summary>
    public int Rented { get; private set; }

    /// <summary>The longest buffer asked for so far.</summary>
    public int Longest { get; private set; }

    /// <summary>Buffers that have not come back.</summary>
    public int Outstanding
    {
        get
        {
            lock (_out)
            {
                return _out.Count;
            }
        }
    }

    public override byte[] Rent(int minimumLength)
    {
        lock (_out)
        {
            Rented++;
            Longest = Math.Max(Longest, minimumLength);
            // Odd room at the end, as real pools have it.
            var buffer = new byte[minimumLength + 37];
            _out.Add(buffer);
            return buffer;
        }
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        lock (_out)
        {
            if (!_out.Remove(array))
            {
                throw new InvalidOperationException("A buffer was returned that is not out.");
            }

            array.AsSpan().Fill(0xDD);
        }
    }
}
