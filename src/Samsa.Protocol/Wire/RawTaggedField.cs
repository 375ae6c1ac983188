namespace Samsa.Protocol.Wire;

/// <summary>A tagged field (KIP-482) that this version of the schemas does not know; it is kept and written back.</summary>
public readonly struct RawTaggedField(uint tag, ReadOnlyMemory<byte> data) : IEquatable<RawTaggedField>
{
    /// <summary>The tag.</summary>
    public uint Tag { get; } = tag;

    /// <summary>The content, uninterpreted.</summary>
    public ReadOnlyMemory<byte> Data { get; } = data;

    /// <summary>Compares tag and bytes.</summary>
    public bool Equals(RawTaggedField other) => Tag == other.Tag && Data.Span.SequenceEqual(other.Data.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RawTaggedField other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Tag, Data.Length);

    /// <summary>Compares tag and bytes.</summary>
    public static bool operator ==(RawTaggedField left, RawTaggedField right) => left.Equals(right);

    /// <summary>Compares tag and bytes.</summary>
    public static bool operator !=(RawTaggedField left, RawTaggedField right) => !left.Equals(right);
}
