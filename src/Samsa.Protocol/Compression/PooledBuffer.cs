using System.Buffers;

namespace Samsa.Protocol.Compression;

/// <summary>
/// A growing buffer over arrays of <see cref="Buffers"/>.
/// Owns: one rented array, returned on growth and on disposal; everything read from it dies with it.
/// Threads: one at a time.
/// Lifetime: reusable through <see cref="Clear"/> until disposed; disposing twice is harmless.
/// Fails: <see cref="InvalidOperationException"/> when more than an array's worth of bytes is asked for.
/// </summary>
public sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int MinCapacity = 256;

    private byte[] _array;
    private bool _disposed;

    /// <summary>An empty buffer with room for at least <paramref name="capacity"/> bytes.</summary>
    public PooledBuffer(int capacity = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        _array = capacity == 0 ? [] : Buffers.Rent(capacity);
    }

    /// <summary>The bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written, writable; valid until the next write, <see cref="Clear"/> or disposal.</summary>
    public Span<byte> Span => _array.AsSpan(0, Length);

    /// <summary>The bytes written, writable; valid until the next write, <see cref="Clear"/> or disposal.</summary>
    public Memory<byte> Memory => _array.AsMemory(0, Length);

    /// <summary>Forgets the bytes and keeps the array.</summary>
    public void Clear() => Length = 0;

    /// <summary>Forgets the bytes from <paramref name="length"/> on.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length, nameof(length));
        Length = length;
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - Length), nameof(count));
        Length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        EnsureFree(sizeHint);
        return _array.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        EnsureFree(sizeHint);
        return _array.AsSpan(Length);
    }

    /// <summary>Appends bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Return(_array);
            _array = [];
            Length = 0;
        }
    }

    private static void Return(byte[] array)
    {
        if (array.Length > 0)
        {
            Buffers.Return(array);
        }
    }

    private void EnsureFree(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_array.Length - Length >= Math.Max(sizeHint, 1))
        {
            return;
        }

        var needed = (long)Length + Math.Max(sizeHint, 1);
        if (needed > Array.MaxLength)
        {
            throw new InvalidOperationException($"A buffer of {needed} bytes is larger than an array can be.");
        }

        var grown = Buffers.Rent((int)Math.Clamp(Math.Max(needed, 2L * _array.Length), MinCapacity, Array.MaxLength));
        Span.CopyTo(grown);
        Return(_array);
        _array = grown;
    }
}
