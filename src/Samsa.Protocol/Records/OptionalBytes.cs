namespace Samsa.Protocol.Records;

/// <summary>
/// Bytes that may be null, as keys, values and header values are: null and empty differ on the wire.
/// Spans and arrays convert to it; a null array becomes <see cref="Null"/>.
/// </summary>
public readonly ref struct OptionalBytes
{
    private readonly bool _present;

    /// <summary>Wraps bytes that are not null, possibly empty.</summary>
    public OptionalBytes(ReadOnlySpan<byte> span)
    {
        Span = span;
        _present = true;
    }

    /// <summary>The null value.</summary>
    public static OptionalBytes Null => default;

    /// <summary>True for null.</summary>
    public bool IsNull => !_present;

    /// <summary>The bytes; empty for null.</summary>
    public ReadOnlySpan<byte> Span { get; }

    /// <summary>The number of bytes; 0 for null.</summary>
    public int Length => Span.Length;

    /// <summary>The length as Kafka writes it: -1 for null.</summary>
    internal int WireLength => _present ? Span.Length : -1;

    /// <summary>A copy, or null.</summary>
    public byte[]? ToArray() => _present ? Span.ToArray() : null;

    /// <summary>Bytes that are not null.</summary>
    public static implicit operator OptionalBytes(ReadOnlySpan<byte> span) => new(span);

    /// <summary>Bytes or null.</summary>
    public static implicit operator OptionalBytes(byte[]? array) => array is null ? default : new OptionalBytes(array);

    /// <summary>Bytes or null.</summary>
    public static implicit operator OptionalBytes(ReadOnlyMemory<byte>? memory) =>
        memory is null ? default : new OptionalBytes(memory.Value.Span);
}
