using Samsa.Protocol.Wire;
using Samsa.Storage.Segments;

namespace Samsa.Storage.Files;

/// <summary>
/// A range of a segment file, as a fetch answers with. It keeps the file open, also when the segment is rolled, deleted or
/// the log closed meanwhile, until it is disposed. One owner; dispose exactly once when the bytes are sent (a second call
/// does nothing).
/// </summary>
public sealed class FileRegion : IRecordRegion, IDisposable
{
    private SegmentFile? _owner;

    internal FileRegion(SegmentFile? owner, IStorageFile file, long position, int length)
    {
        _owner = owner;
        File = file;
        Position = position;
        Length = length;
    }

    /// <summary>The open file. Its <see cref="IStorageFile.Handle"/> may be given to sendfile while the region lives.</summary>
    public IStorageFile File { get; }

    /// <summary>Where the region starts in the file.</summary>
    public long Position { get; }

    /// <inheritdoc/>
    public int Length { get; }

    /// <inheritdoc/>
    /// <exception cref="EndOfStreamException">The log was truncated below the end of the region meanwhile.</exception>
    public void CopyTo(int offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, Length - offset, nameof(destination));
        var read = File.Read(destination, Position + offset);
        if (read < destination.Length)
        {
            throw new EndOfStreamException(
                $"{File.Path} ends {destination.Length - read} bytes before the end of the region at {Position}, {Length} bytes: the log was truncated");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Release();
}
