using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Samsa.Protocol.Records;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>
/// A segment, or a snapshot of the metadata log, read batch by batch as Kafka's tool does: any magic is taken, headers are believed.
/// Owns the handle and one buffer; one thread. Fails with <see cref="ToolException"/> where Kafka's tool ends with an exception.
/// </summary>
internal sealed class LogFile : IDisposable
{
    /// <summary>Kafka looks for a batch only where more bytes than offset, size, epoch or checksum, and magic are left.</summary>
    private const int PrefixBytes = RecordBatchHeader.MagicPosition + 1;

    private const int SmallestSize = 14;

    private readonly SafeFileHandle _handle;
    private byte[] _buffer = new byte[64 * 1024];
    private int _size;

    private LogFile(string path, SafeFileHandle handle)
    {
        Path = path;
        _handle = handle;
        Length = RandomAccess.GetLength(handle);
    }

    public string Path { get; }

    /// <summary>The length of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>Where the current batch starts.</summary>
    public long Position { get; private set; }

    /// <summary>The bytes that the current batch takes.</summary>
    public int Size => _size;

    /// <summary>The bytes of the current batch.</summary>
    public ReadOnlySpan<byte> Batch => _buffer.AsSpan(0, _size);

    /// <summary>
    /// The header of the current batch of magic 2 (or of one that does not exist): where the batch is smaller than a header, what
    /// follows it is taken for the rest, as in Kafka.
    /// </summary>
    public ReadOnlySpan<byte> Header => _buffer.AsSpan(0, RecordBatchHeader.Size);

    /// <summary>The format version of the current batch.</summary>
    public sbyte Magic => (sbyte)_buffer[RecordBatchHeader.MagicPosition];

    /// <summary>True when the current batch has the format of magic 0 or 1.</summary>
    public bool IsLegacy => Magic < RecordBatch.CurrentMagic;

    /// <summary>The offset of the current batch's last record.</summary>
    public long LastOffset => IsLegacy ? BinaryPrimitives.ReadInt64BigEndian(_buffer) : new RecordBatchHeader(Header).LastOffset;

    /// <exception cref="ToolException">The file cannot be opened.</exception>
    public static LogFile Open(string path) => new(path, FilePath.Read(path, p => File.OpenHandle(p, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)));

    public void Dispose() => _handle.Dispose();

    /// <summary>Goes to the batch at a position; false when there is none before <paramref name="end"/>.</summary>
    /// <exception cref="ToolException">The bytes there are no batch.</exception>
    public bool MoveTo(long position, long end)
    {
        Position = position;
        _size = 0;
        if (position >= end - PrefixBytes)
            return false;
        Fill(position, PrefixBytes);
        int size = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(RecordBatchHeader.BatchLengthPosition));
        if (size < SmallestSize)
            throw new ToolException($"{Path}: at position {position} a batch says that it has {size} bytes; the smallest has {SmallestSize}");
        if (position > end - RecordBatchHeader.LogOverhead - size)
            return false;
        int total = RecordBatchHeader.LogOverhead + size;
        int needed = IsLegacy ? total : Math.Max(total, RecordBatchHeader.Size);
        if (Magic < 0)
        {
            _size = total;
            return true;
        }

        if (Fill(position, needed) < needed)
            throw new ToolException($"{Path}: the header of the batch at position {position} is cut off by the end of the file");
        _size = total;
        return true;
    }

    /// <summary>Reads bytes into the buffer.</summary>
    /// <returns>How many there were.</returns>
    private int Fill(long position, int count)
    {
        if (_buffer.Length < count)
            _buffer = new byte[Math.Max(count, _buffer.Length * 2)];
        int read = 0;
        while (read < count && RandomAccess.Read(_handle, _buffer.AsSpan(read, count - read), position + read) is var more and > 0)
            read += more;
        return read;
    }
}
