using System.Buffers.Binary;
using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Files;

namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>
/// Reads a file from its beginning through a buffer, and sums up what it read. Owns nothing: the file is the caller's. One
/// thread. Every length is held against what is left of the file before memory is taken for it.
/// </summary>
internal sealed class FileReader(IDataFile file)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly long _length = file.Length;
    private Adler32 _sum;
    private long _bufferAt;
    private int _buffered;
    private int _next;

    /// <summary>The number of bytes read so far.</summary>
    internal long Position => _bufferAt + _next;

    internal long Remaining => _length - Position;

    /// <summary>The checksum over everything read so far.</summary>
    internal long Checksum => _sum.Value;

    /// <exception cref="ProtocolViolationException">The file ends before.</exception>
    internal void Read(Span<byte> into)
    {
        if (into.Length > Remaining)
        {
            throw new ProtocolViolationException($"{into.Length} bytes are needed at position {Position}, but {Remaining} are left.");
        }

        var rest = into;
        while (rest.Length > 0)
        {
            if (_next == _buffered)
            {
                _bufferAt += _buffered;
                _next = 0;
                _buffered = file.Read(_buffer, _bufferAt);
                if (_buffered == 0)
                {
                    throw new ProtocolViolationException($"The file became shorter while it was read, at position {_bufferAt}.");
                }
            }

            var piece = _buffer.AsSpan(_next, Math.Min(rest.Length, _buffered - _next));
            piece.CopyTo(rest);
            rest = rest[piece.Length..];
            _next += piece.Length;
        }

        _sum.Add(into);
    }

    internal int ReadInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        Read(bytes);
        return BinaryPrimitives.ReadInt32BigEndian(bytes);
    }

    internal long ReadInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Read(bytes);
        return BinaryPrimitives.ReadInt64BigEndian(bytes);
    }

    internal byte[] ReadBytes(int count)
    {
        if (count < 0 || count > Remaining)
        {
            throw new ProtocolViolationException($"{count} bytes are announced at position {Position}, but {Remaining} are left.");
        }

        var bytes = new byte[count];
        Read(bytes);
        return bytes;
    }

    /// <summary>Reads a buffer or string with its length before it; null for the length -1.</summary>
    internal byte[]? ReadBuffer()
    {
        var length = ReadInt32();
        return length == -1 ? null : ReadBytes(length);
    }

    internal string ReadString() =>
        System.Text.Encoding.UTF8.GetString(ReadBuffer() ?? throw new ProtocolViolationException($"A string before position {Position} is null."));

    /// <summary>Reads a record of a size that is always the same.</summary>
    internal T ReadRecord<T>(int size) where T : class, IRecord, new() => ZooKeeper.Wire.Jute.Read<T>(ReadBytes(size));
}
