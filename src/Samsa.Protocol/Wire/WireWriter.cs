using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Samsa.Protocol.Wire;

/// <summary>
/// Writes Kafka's wire format into a growing buffer.
/// Owns: an array of <see cref="Buffers"/>. Threads: one at a time. Lifetime: <see cref="Reset"/> makes it ready for the next
/// message, <see cref="Dispose"/> gives the array back. Fails: only when a message passes 2 GiB.
/// Record regions are not copied: <see cref="Splices"/> says where the transport sends them.
/// </summary>
public sealed class WireWriter : IDisposable
{
    private const int DefaultCapacity = 512;

    private readonly List<Splice> _splices = [];
    private byte[] _buffer;
    private int _position;
    private long _spliced;

    /// <summary>Rents a buffer of at least <paramref name="capacity"/> bytes.</summary>
    public WireWriter(int capacity = DefaultCapacity) => _buffer = Buffers.Rent(capacity);

    /// <summary>The number of bytes in the buffer, without spliced regions: where the next byte goes.</summary>
    public int Position => _position;

    /// <summary>The number of bytes of the whole output, spliced regions included.</summary>
    public long TotalLength => _position + _spliced;

    /// <summary>The bytes in the buffer. Valid until the next write, <see cref="Reset"/> or <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _position);

    /// <summary>The regions to send between the bytes, by rising position. Their owner disposes them, not the writer.</summary>
    public ReadOnlySpan<Splice> Splices => CollectionsMarshal.AsSpan(_splices);

    /// <summary>Forgets everything written and keeps the buffer.</summary>
    public void Reset()
    {
        _position = 0;
        _spliced = 0;
        _splices.Clear();
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        Reset();
        if (buffer.Length > 0)
        {
            Buffers.Return(buffer);
        }
    }

    /// <summary>The whole output in a new array, regions copied to their places.</summary>
    public byte[] ToArray()
    {
        var result = new byte[checked((int)TotalLength)];
        int from = 0, to = 0;
        foreach (var splice in _splices)
        {
            var count = splice.Position - from;
            _buffer.AsSpan(from, count).CopyTo(result.AsSpan(to));
            splice.Region.CopyTo(0, result.AsSpan(to + count, splice.Region.Length));
            from = splice.Position;
            to += count + splice.Region.Length;
        }

        _buffer.AsSpan(from, _position - from).CopyTo(result.AsSpan(to));
        return result;
    }

    /// <summary>Writes one byte, 1 for true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteBoolean(bool value) => Grow(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>Writes 8 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteInt8(sbyte value) => Grow(1)[0] = (byte)value;

    /// <summary>Writes 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16BigEndian(Grow(2), value);

    /// <summary>Writes 16 unsigned bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Grow(2), value);

    /// <summary>Writes 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32BigEndian(Grow(4), value);

    /// <summary>Writes 32 unsigned bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Grow(4), value);

    /// <summary>Writes 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64BigEndian(Grow(8), value);

    /// <summary>Writes an IEEE 754 double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteFloat64(double value) => BinaryPrimitives.WriteDoubleBigEndian(Grow(8), value);

    /// <summary>Writes 16 bytes in network order.</summary>
    public void WriteUuid(Guid value) => value.TryWriteBytes(Grow(16), bigEndian: true, out _);

    /// <summary>Writes an unsigned varint.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteUnsignedVarint(uint value)
    {
        if (value < 0x80)
        {
            Grow(1)[0] = (byte)value;
            return;
        }

        EnsureCapacity(Varint.MaxLength32);
        _position += Varint.WriteUnsigned(_buffer.AsSpan(_position), value);
    }

    /// <summary>Writes bytes without any length.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Grow(bytes.Length));

    /// <summary>Writes a string or null; see <see cref="WireReader.ReadString"/> for the form.</summary>
    /// <exception cref="ArgumentException">The string is longer than the 32767 bytes that the old form holds.</exception>
    public void WriteString(string? value, bool flexible)
    {
        if (value is null)
        {
            WriteNull(flexible);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        if (flexible)
        {
            WriteUnsignedVarint((uint)length + 1);
        }
        else
        {
            if (length > short.MaxValue)
            {
                throw new ArgumentException($"A string of {length} bytes does not fit: at most {short.MaxValue} in this version.", nameof(value));
            }

            WriteInt16((short)length);
        }

        Encoding.UTF8.GetBytes(value, Grow(length));

        void WriteNull(bool compact)
        {
            if (compact)
            {
                WriteUnsignedVarint(0);
            }
            else
            {
                WriteInt16(-1);
            }
        }
    }

    /// <summary>Writes bytes; see <see cref="WireReader.ReadBytes"/> for the form.</summary>
    public void WriteBytes(ReadOnlyMemory<byte> value, bool flexible)
    {
        WriteLength(value.Length, flexible);
        WriteRaw(value.Span);
    }

    /// <summary>Writes bytes or null.</summary>
    public void WriteBytes(ReadOnlyMemory<byte>? value, bool flexible)
    {
        WriteLength(value?.Length ?? -1, flexible);
        WriteRaw(value.GetValueOrDefault().Span);
    }

    /// <summary>Writes a records field: memory is copied, a region only noted in <see cref="Splices"/>.</summary>
    public void WriteRecords(RecordSlice value, bool flexible)
    {
        WriteLength(value.IsNull ? -1 : value.Length, flexible);
        if (value.Region is { } region)
        {
            _splices.Add(new Splice(_position, region));
            _spliced += region.Length;
        }
        else
        {
            WriteRaw(value.Memory.Span);
        }
    }

    /// <summary>Writes the length of an array, -1 for null.</summary>
    public void WriteArrayLength(int length, bool flexible) => WriteLength(length, flexible);

    /// <summary>Writes the marker byte before a nullable struct.</summary>
    public void WriteIsPresent(bool present) => WriteInt8(present ? (sbyte)1 : (sbyte)-1);

    /// <summary>Leaves four bytes for a length that is known later, and returns their position for <see cref="PatchInt32"/>.</summary>
    public int ReserveInt32()
    {
        Grow(4);
        return _position - 4;
    }

    /// <summary>Fills four bytes left by <see cref="ReserveInt32"/>.</summary>
    public void PatchInt32(int position, int value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, _position - 4);
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(position, 4), value);
    }

    /// <summary>Starts a tagged field: writes its tag and leaves room for its size.</summary>
    public int BeginTaggedField(uint tag)
    {
        WriteUnsignedVarint(tag);
        Grow(1);
        return _position;
    }

    /// <summary>Ends a tagged field: fills in its size, moving the content when the size needs more than the one byte left for it.</summary>
    public void EndTaggedField(int start)
    {
        var size = _position - start;
        var extra = Varint.LengthOfUnsigned((uint)size) - 1;
        if (extra > 0)
        {
            if (_splices.Count > 0 && _splices[^1].Position > start)
            {
                throw new InvalidOperationException("A tagged field cannot hold records that live in a region.");
            }

            Grow(extra);
            _buffer.AsSpan(start, size).CopyTo(_buffer.AsSpan(start + extra));
        }

        Varint.WriteUnsigned(_buffer.AsSpan(start - 1), (uint)size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Grow(int count)
    {
        EnsureCapacity(count);
        var span = _buffer.AsSpan(_position, count);
        _position += count;
        return span;
    }

    private void WriteLength(int length, bool flexible)
    {
        if (flexible)
        {
            WriteUnsignedVarint((uint)(length + 1));
        }
        else
        {
            WriteInt32(length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnsureCapacity(int count)
    {
        if (_buffer.Length - _position < count)
        {
            Enlarge(count);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Enlarge(int count)
    {
        var needed = checked(_position + count);
        var larger = Buffers.Rent((int)Math.Min(Math.Max((long)_buffer.Length * 2, needed), Array.MaxLength));
        _buffer.AsSpan(0, _position).CopyTo(larger);
        if (_buffer.Length > 0)
        {
            Buffers.Return(_buffer);
        }

        _buffer = larger;
    }
}
