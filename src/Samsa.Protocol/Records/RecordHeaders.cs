using Samsa.Protocol.Wire;

namespace Samsa.Protocol.Records;

/// <summary>
/// The headers of one record, read one by one without allocation. The record enumerator has checked their structure,
/// so walking them cannot fail.
/// </summary>
public ref struct RecordHeaders
{
    private ReadOnlySpan<byte> _rest;
    private int _left;

    internal RecordHeaders(int count, ReadOnlySpan<byte> bytes)
    {
        Count = count;
        Bytes = bytes;
        _rest = bytes;
        _left = count;
    }

    /// <summary>The number of headers.</summary>
    public int Count { get; }

    /// <summary>The encoded headers without their count, for copying them as they are.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>The header that <see cref="MoveNext"/> reached.</summary>
    public RecordHeaderView Current { get; private set; }

    /// <summary>Itself, for foreach.</summary>
    public readonly RecordHeaders GetEnumerator() => this;

    /// <summary>Moves to the next header.</summary>
    public bool MoveNext()
    {
        if (_left == 0)
        {
            return false;
        }

        _left--;
        TakeBytes(ref _rest, out var key);
        TakeBytes(ref _rest, out var value);
        Current = new RecordHeaderView(key.Span, value);
        return true;
    }

    /// <summary>Walks <paramref name="count"/> headers; false unless they are well-formed and take exactly the bytes given.</summary>
    internal static bool AreSound(int count, ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < count; i++)
        {
            if (!TakeBytes(ref bytes, out var key) || key.IsNull || !TakeBytes(ref bytes, out _))
            {
                return false;
            }
        }

        return bytes.IsEmpty;
    }

    /// <summary>Takes a varint length (-1 = null) and that many bytes off the front; false when they are not there.</summary>
    internal static bool TakeBytes(scoped ref ReadOnlySpan<byte> source, out OptionalBytes bytes)
    {
        bytes = default;
        if (!Varint.TryReadZigZag32(source, out var length, out var taken))
        {
            return false;
        }

        source = source[taken..];
        if (length == -1)
        {
            return true;
        }

        if ((uint)length > (uint)source.Length)
        {
            return false;
        }

        bytes = new OptionalBytes(source[..length]);
        source = source[length..];
        return true;
    }
}
