using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Samsa.Storage.Compaction;

/// <summary>
/// SipHash-2-4 with 128 bits of output (Aumasson, Bernstein: "SipHash: a fast short-input PRF") under a key of its own, drawn at
/// random: whoever chooses record keys cannot choose two that collide. Any thread may enter. Never fails.
/// </summary>
/// <remarks>See docs/decisions/0013: why not the MD5 of Apache Kafka.</remarks>
internal sealed class KeyHasher
{
    private readonly ulong _key0;
    private readonly ulong _key1;

    /// <summary>A hash that no other process and no other instance computes.</summary>
    internal KeyHasher()
        : this(RandomNumberGenerator.GetBytes(2 * sizeof(ulong)))
    {
    }

    /// <summary>The hash under a known key of 16 bytes.</summary>
    internal KeyHasher(ReadOnlySpan<byte> key)
    {
        _key0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _key1 = BinaryPrimitives.ReadUInt64LittleEndian(key[sizeof(ulong)..]);
    }

    /// <summary>The 128 bits of <paramref name="data"/>.</summary>
    internal (ulong Low, ulong High) Hash(ReadOnlySpan<byte> data)
    {
        var state = new State(_key0, _key1);
        var rest = data;
        while (rest.Length >= sizeof(ulong))
        {
            state.Absorb(BinaryPrimitives.ReadUInt64LittleEndian(rest));
            rest = rest[sizeof(ulong)..];
        }

        // The last word holds what is left and, in its highest byte, the length.
        var last = (ulong)(byte)data.Length << 56;
        for (var i = 0; i < rest.Length; i++)
        {
            last |= (ulong)rest[i] << (8 * i);
        }

        state.Absorb(last);
        return state.Finish();
    }

    private struct State
    {
        private ulong _v0;
        private ulong _v1;
        private ulong _v2;
        private ulong _v3;

        internal State(ulong key0, ulong key1)
        {
            _v0 = key0 ^ 0x736f6d6570736575;
            _v1 = key1 ^ 0x646f72616e646f6d ^ 0xee;
            _v2 = key0 ^ 0x6c7967656e657261;
            _v3 = key1 ^ 0x7465646279746573;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Absorb(ulong word)
        {
            _v3 ^= word;
            Round();
            Round();
            _v0 ^= word;
        }

        internal (ulong Low, ulong High) Finish()
        {
            _v2 ^= 0xee;
            FourRounds();
            var low = _v0 ^ _v1 ^ _v2 ^ _v3;
            _v1 ^= 0xdd;
            FourRounds();
            return (low, _v0 ^ _v1 ^ _v2 ^ _v3);
        }

        private void FourRounds()
        {
            Round();
            Round();
            Round();
            Round();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Round()
        {
            _v0 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v0 = BitOperations.RotateLeft(_v0, 32);
            _v2 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
