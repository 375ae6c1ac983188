using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Samsa.Protocol.Records;

/// <summary>
/// Folds a long buffer into sixteen bytes that have the same reflected 32-bit CRC, with carry-less multiplications
/// (the method of Intel's paper "Fast CRC computation using PCLMULQDQ"). The multipliers are powers of x modulo the
/// polynomial, so one kernel serves CRC-32C and CRC-32.
/// </summary>
internal sealed class CrcFolding
{
    /// <summary>Below this many bytes folding is not worth its start and end.</summary>
    public const int MinLength = 256;

    private const int WideStride = 256;
    private const int NarrowStride = 64;

    private readonly Vector128<ulong> _by128;
    private readonly Vector128<ulong> _by512;
    private readonly Vector128<ulong> _by2048;

    /// <param name="reflectedPolynomial">The polynomial without its highest term, lowest bit = highest power.</param>
    public CrcFolding(uint reflectedPolynomial)
    {
        _by128 = Multipliers(reflectedPolynomial, 128);
        _by512 = Multipliers(reflectedPolynomial, 512);
        _by2048 = Multipliers(reflectedPolynomial, 2048);
    }

    /// <summary>True when this processor has carry-less multiplication.</summary>
    public static bool IsSupported => Pclmulqdq.IsSupported;

    /// <summary>
    /// Folds as many whole strides as <paramref name="data"/> holds (at least <see cref="MinLength"/> bytes are needed).
    /// The register <paramref name="state"/> is absorbed; the CRC goes on from a zero register over the returned vector.
    /// </summary>
    public Vector128<ulong> Fold(ReadOnlySpan<byte> data, uint state, out int consumed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(data.Length, MinLength);
        ref var start = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(data);
        return Pclmulqdq.V512.IsSupported
            ? FoldWide(ref start, data.Length, state, out consumed)
            : FoldNarrow(ref start, data.Length, state, out consumed);
    }

    private Vector128<ulong> FoldWide(ref byte start, int length, uint state, out int consumed)
    {
        var x0 = Load512(ref start, 0) ^ Vector512.CreateScalar((ulong)state);
        var x1 = Load512(ref start, 64);
        var x2 = Load512(ref start, 128);
        var x3 = Load512(ref start, 192);
        var keys = Repeat(_by2048);
        var at = WideStride;
        for (; at <= length - WideStride; at += WideStride)
        {
            x0 = Step512(x0, keys, Load512(ref start, at));
            x1 = Step512(x1, keys, Load512(ref start, at + 64));
            x2 = Step512(x2, keys, Load512(ref start, at + 128));
            x3 = Step512(x3, keys, Load512(ref start, at + 192));
        }

        keys = Repeat(_by512);
        x1 = Step512(x0, keys, x1);
        x2 = Step512(x1, keys, x2);
        x3 = Step512(x2, keys, x3);
        for (; at <= length - NarrowStride; at += NarrowStride)
        {
            x3 = Step512(x3, keys, Load512(ref start, at));
        }

        consumed = at;
        var low = x3.GetLower();
        var high = x3.GetUpper();
        var folded = Step128(low.GetLower(), _by128, low.GetUpper());
        folded = Step128(folded, _by128, high.GetLower());
        return Step128(folded, _by128, high.GetUpper());
    }

    private Vector128<ulong> FoldNarrow(ref byte start, int length, uint state, out int consumed)
    {
        var x0 = Load128(ref start, 0) ^ Vector128.CreateScalar((ulong)state);
        var x1 = Load128(ref start, 16);
        var x2 = Load128(ref start, 32);
        var x3 = Load128(ref start, 48);
        var at = NarrowStride;
        for (; at <= length - NarrowStride; at += NarrowStride)
        {
            x0 = Step128(x0, _by512, Load128(ref start, at));
            x1 = Step128(x1, _by512, Load128(ref start, at + 16));
            x2 = Step128(x2, _by512, Load128(ref start, at + 32));
            x3 = Step128(x3, _by512, Load128(ref start, at + 48));
        }

        consumed = at;
        var folded = Step128(x0, _by128, x1);
        folded = Step128(folded, _by128, x2);
        return Step128(folded, _by128, x3);
    }

    private static Vector512<ulong> Repeat(Vector128<ulong> value)
    {
        var half = Vector256.Create(value, value);
        return Vector512.Create(half, half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Step512(Vector512<ulong> x, Vector512<ulong> keys, Vector512<ulong> next) =>
        Pclmulqdq.V512.CarrylessMultiply(x, keys, 0x00) ^ Pclmulqdq.V512.CarrylessMultiply(x, keys, 0x11) ^ next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Step128(Vector128<ulong> x, Vector128<ulong> keys, Vector128<ulong> next) =>
        Pclmulqdq.CarrylessMultiply(x, keys, 0x00) ^ Pclmulqdq.CarrylessMultiply(x, keys, 0x11) ^ next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Load512(ref byte start, int offset) =>
        Vector512.LoadUnsafe(ref start, (nuint)offset).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load128(ref byte start, int offset) =>
        Vector128.LoadUnsafe(ref start, (nuint)offset).AsUInt64();

    /// <summary>The pair that moves 128 bits forward by <paramref name="bits"/>: low half x^(bits+32), high half x^(bits-32).</summary>
    private static Vector128<ulong> Multipliers(uint polynomial, int bits) =>
        Vector128.Create((ulong)PowerOfX(polynomial, bits + 32) << 1, (ulong)PowerOfX(polynomial, bits - 32) << 1);

    private static uint PowerOfX(uint polynomial, int exponent)
    {
        var value = 0x80000000u;
        for (var i = 0; i < exponent; i++)
        {
            value = (value >> 1) ^ ((value & 1) * polynomial);
        }

        return value;
    }
}
