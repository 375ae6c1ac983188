using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Samsa.Protocol.Wire;

/// <summary>
/// Reads Kafka's wire format (big-endian, KIP-482 compact forms) from memory. Bytes and records are slices of that memory, so it
/// must outlive the message. Every short read or impossible length is a <see cref="ProtocolViolationException"/>, and nothing is
/// allocated for a length before the bytes for it are known to be there.
/// </summary>
public ref struct WireReader
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _span;
    private int _position;

    /// <summary>Starts at the first byte of <paramref name="memory"/>.</summary>
    public WireReader(ReadOnlyMemory<byte> memory)
    {
        _memory = memory;
        _span = memory.Span;
        _position = 0;
    }

    /// <summary>The number of bytes read so far.</summary>
    public readonly int Position => _position;

    /// <summary>The number of bytes left.</summary>
    public readonly int Remaining => _span.Length - _position;

    /// <summary>Reads a byte; anything but 0 is true.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ReadBoolean() => Take(1)[0] != 0;

    /// <summary>Reads 8 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public sbyte ReadInt8() => (sbyte)Take(1)[0];

    /// <summary>Reads 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public short ReadInt16() => BinaryPrimitives.ReadInt16BigEndian(Take(2));

    /// <summary>Reads 16 unsigned bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <summary>Reads 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadInt32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>Reads 32 unsigned bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>Reads 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ReadInt64() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    /// <summary>Reads an IEEE 754 double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double ReadFloat64() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    /// <summary>Reads 16 bytes in network order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Guid ReadUuid() => new(Take(16), bigEndian: true);

    /// <summary>Reads an unsigned varint of up to 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ReadUnsignedVarint()
    {
        if (!Varint.TryReadUnsigned32(_span[_position..], out var value, out var length))
        {
            ThrowBadVarint();
        }

        _position += length;
        return value;
    }

    /// <summary>Reads a string: a 16-bit length (-1 is null) or, compact, a varint of the length + 1 (0 is null).</summary>
    public string? ReadString(bool flexible)
    {
        var length = flexible ? ReadCompactLength() : ReadInt16();
        if (length <= 0)
        {
            return length == 0 ? "" : length == -1 ? null : ThrowNegative<string>(length, "a string");
        }

        return Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>Reads bytes: a 32-bit length (-1 is null) or, compact, a varint of the length + 1 (0 is null).</summary>
    public ReadOnlyMemory<byte>? ReadBytes(bool flexible)
    {
        var length = flexible ? ReadCompactLength() : ReadInt32();
        if (length >= 0)
        {
            return ReadSlice(length);
        }

        // The null has its type spelled out: a bare one would become empty memory, by way of a null array.
        return length == -1 ? default(ReadOnlyMemory<byte>?) : ThrowNegative<ReadOnlyMemory<byte>?>(length, "bytes");
    }

    /// <summary>Reads a records field, length as for bytes.</summary>
    public RecordSlice ReadRecords(bool flexible)
    {
        var bytes = ReadBytes(flexible);
        return bytes is null ? RecordSlice.Null : new RecordSlice(bytes.Value);
    }

    /// <summary>Takes the next <paramref name="length"/> bytes as a slice of the memory that is read.</summary>
    public ReadOnlyMemory<byte> ReadSlice(int length)
    {
        Take(length);
        return _memory.Slice(_position - length, length);
    }

    /// <summary>
    /// Reads the length of an array, -1 for null. <paramref name="minimumElementSize"/> bytes for each element must be left, which
    /// bounds what a caller allocates by what the peer really sent.
    /// </summary>
    public int ReadArrayLength(bool flexible, int minimumElementSize)
    {
        var length = flexible ? ReadCompactLength() : ReadInt32();
        if (length < -1)
        {
            ThrowNegative<int>(length, "an array");
        }

        if (length > 0 && (long)length * minimumElementSize > Remaining)
        {
            throw new ProtocolViolationException(
                $"An array claims {length} elements of at least {minimumElementSize} bytes at position {_position}, but {Remaining} bytes are left.");
        }

        return length;
    }

    /// <summary>Reads the marker byte before a nullable struct; true when the struct follows.</summary>
    public bool ReadIsPresent()
    {
        var marker = ReadInt8();
        return marker switch
        {
            1 => true,
            -1 => false,
            _ => throw new ProtocolViolationException($"The marker of a nullable struct is {marker}; it is 1 (present) or -1 (null)."),
        };
    }

    /// <summary>Reads the number of tagged fields (KIP-482), each of which takes two bytes or more.</summary>
    public int ReadTaggedFieldCount()
    {
        var count = ReadUnsignedVarint();
        if (count > (uint)Remaining / 2)
        {
            throw new ProtocolViolationException($"{count} tagged fields are announced, but {Remaining} bytes are left.");
        }

        return (int)count;
    }

    /// <summary>Reads tag and size of a tagged field. Tags rise strictly; <paramref name="previousTag"/> starts at -1.</summary>
    /// <returns>The tag; <paramref name="end"/> is the position right after the field.</returns>
    public long BeginTaggedField(ref long previousTag, out int end)
    {
        var tag = ReadUnsignedVarint();
        if (tag <= previousTag)
        {
            throw new ProtocolViolationException($"The tagged field {tag} follows {previousTag}; tags rise strictly.");
        }

        previousTag = tag;
        var size = ReadUnsignedVarint();
        if (size > (uint)Remaining)
        {
            throw new ProtocolViolationException($"The tagged field {tag} claims {size} bytes, but {Remaining} are left.");
        }

        end = _position + (int)size;
        return tag;
    }

    /// <summary>Checks that a tagged field took exactly the bytes it announced.</summary>
    public readonly void EndTaggedField(long tag, int end)
    {
        if (_position != end)
        {
            throw new ProtocolViolationException($"The tagged field {tag} announced its end at {end} and ends at {_position}.");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(int count)
    {
        var position = _position;
        if ((uint)count > (uint)(_span.Length - position))
        {
            ThrowShort(count);
        }

        _position = position + count;
        return _span.Slice(position, count);
    }

    private int ReadCompactLength()
    {
        var value = ReadUnsignedVarint();
        if (value > int.MaxValue)
        {
            throw new ProtocolViolationException($"A compact length of {value} is more than any message holds.");
        }

        return (int)value - 1;
    }

    [DoesNotReturn]
    private readonly void ThrowShort(int count) =>
        throw new ProtocolViolationException($"{count} bytes are needed at position {_position}, but {Remaining} are left.");

    [DoesNotReturn]
    private readonly void ThrowBadVarint() =>
        throw new ProtocolViolationException($"The varint at position {_position} is cut short or longer than 32 bits.");

    [DoesNotReturn]
    private static T ThrowNegative<T>(int length, string what) =>
        throw new ProtocolViolationException($"The length of {what} is {length}; the only negative length is -1, for null.");
}
