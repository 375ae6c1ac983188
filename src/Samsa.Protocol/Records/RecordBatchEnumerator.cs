namespace Samsa.Protocol.Records;

/// <summary>
/// Walks the batches of any magic in a buffer, without allocation and without looking at their checksums. After
/// <see cref="MoveNext"/> returned false, <see cref="Fault"/> says why: None at a clean end, Truncated when the last batch is
/// cut off (normal in a fetch response), InvalidSize or InvalidMagic when the bytes are no batch. It never throws for bad bytes.
/// </summary>
public ref struct RecordBatchEnumerator
{
    private readonly ReadOnlySpan<byte> _buffer;

    /// <summary>Starts before the first batch of <paramref name="buffer"/>.</summary>
    public RecordBatchEnumerator(ReadOnlySpan<byte> buffer) => _buffer = buffer;

    /// <summary>The batch that <see cref="MoveNext"/> reached.</summary>
    public RecordBatchView Current { get; private set; }

    /// <summary>What stopped the walk.</summary>
    public RecordFault Fault { get; private set; }

    /// <summary>The bytes of all whole batches seen so far: where a truncated or invalid tail starts.</summary>
    public int Position { get; private set; }

    /// <summary>Itself, for foreach.</summary>
    public readonly RecordBatchEnumerator GetEnumerator() => this;

    /// <summary>Moves to the next whole batch.</summary>
    public bool MoveNext()
    {
        if (Fault != RecordFault.None || Position == _buffer.Length)
        {
            return false;
        }

        var rest = _buffer[Position..];
        Fault = RecordBatch.ReadSize(rest, out var size, out _);
        if (Fault == RecordFault.None && size > rest.Length)
        {
            Fault = RecordFault.Truncated;
        }

        if (Fault != RecordFault.None)
        {
            return false;
        }

        Current = new RecordBatchView(rest[..size], Position);
        Position += size;
        return true;
    }
}
