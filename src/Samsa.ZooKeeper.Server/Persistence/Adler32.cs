namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>The checksum of ZooKeeper's files (RFC 1950), continued over several pieces.</summary>
internal struct Adler32
{
    private const uint Modulus = 65521;

    // So many bytes can be added before the second sum passes 32 bits.
    private const int Block = 5552;

    private uint _low;
    private uint _high;
    private bool _begun;

    /// <summary>The sum over all bytes so far.</summary>
    internal readonly long Value => _begun ? ((long)_high << 16) | _low : 1;

    internal static long Of(ReadOnlySpan<byte> bytes)
    {
        var sum = default(Adler32);
        sum.Add(bytes);
        return sum.Value;
    }

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        if (!_begun)
        {
            (_low, _begun) = (1, true);
        }

        while (bytes.Length > 0)
        {
            var block = bytes[..Math.Min(bytes.Length, Block)];
            uint low = _low, high = _high;
            foreach (var value in block)
            {
                low += value;
                high += low;
            }

            _low = low % Modulus;
            _high = high % Modulus;
            bytes = bytes[block.Length..];
        }
    }
}
