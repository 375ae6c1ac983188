namespace Samsa.Client.Producer;

/// <summary>
/// Bytes that may be null, as keys and values are: null and empty differ. Arrays and memory convert to it, and a null array stays null, which
/// it would not as a nullable <see cref="ReadOnlyMemory{T}"/>.
/// </summary>
public readonly struct OptionalMemory : IEquatable<OptionalMemory>
{
    private readonly bool _present;

    /// <summary>Wraps bytes that are not null, possibly empty.</summary>
    public OptionalMemory(ReadOnlyMemory<byte> memory)
    {
        Memory = memory;
        _present = true;
    }

    /// <summary>The null value.</summary>
    public static OptionalMemory Null => default;

    /// <summary>True for null.</summary>
    public bool IsNull => !_present;

    /// <summary>The bytes; empty for null.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    internal Protocol.Records.OptionalBytes Bytes => _present ? new(Memory.Span) : default;

    /// <summary>Bytes or null.</summary>
    public static implicit operator OptionalMemory(byte[]? array) => array is null ? default : new OptionalMemory(array);

    /// <summary>Bytes that are not null.</summary>
    public static implicit operator OptionalMemory(ReadOnlyMemory<byte> memory) => new(memory);

    /// <summary>Bytes or null.</summary>
    public static OptionalMemory FromArray(byte[]? array) => array;

    /// <summary>Bytes that are not null.</summary>
    public static OptionalMemory FromMemory(ReadOnlyMemory<byte> memory) => memory;

    /// <summary>Whether both are null, or both the same bytes.</summary>
    public bool Equals(OptionalMemory other) => _present == other._present && Memory.Span.SequenceEqual(other.Memory.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is OptionalMemory other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_present, Memory.Length);

    /// <summary>Compares the bytes.</summary>
    public static bool operator ==(OptionalMemory left, OptionalMemory right) => left.Equals(right);

    /// <summary>Compares the bytes.</summary>
    public static bool operator !=(OptionalMemory left, OptionalMemory right) => !left.Equals(right);
}
