namespace Samsa.Protocol.Wire;

/// <summary>
/// The <c>records</c> field of a message: null, a slice of memory (as received, never parsed by the message itself),
/// or a region elsewhere (see <see cref="IRecordRegion"/>) that the transport splices into the response.
/// </summary>
public readonly struct RecordSlice : IEquatable<RecordSlice>
{
    private readonly bool _present;

    /// <summary>Records held in memory. The memory must stay valid for as long as the message is used.</summary>
    public RecordSlice(ReadOnlyMemory<byte> memory)
    {
        Memory = memory;
        _present = true;
    }

    /// <summary>Records held elsewhere.</summary>
    public RecordSlice(IRecordRegion region)
    {
        ArgumentNullException.ThrowIfNull(region);
        Region = region;
        _present = true;
    }

    /// <summary>The null value of the field.</summary>
    public static RecordSlice Null => default;

    /// <summary>A present, empty value.</summary>
    public static RecordSlice Empty => new(ReadOnlyMemory<byte>.Empty);

    /// <summary>True for the null value.</summary>
    public bool IsNull => !_present;

    /// <summary>The bytes, when they are in memory; empty otherwise.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>The region, when the bytes are elsewhere.</summary>
    public IRecordRegion? Region { get; }

    /// <summary>The number of bytes, 0 for null.</summary>
    public int Length => Region?.Length ?? Memory.Length;

    /// <summary>The bytes as a new array, wherever they are.</summary>
    public byte[] ToArray()
    {
        if (Region is null)
        {
            return Memory.ToArray();
        }

        var bytes = new byte[Region.Length];
        Region.CopyTo(0, bytes);
        return bytes;
    }

    /// <summary>Compares the bytes, so that messages can be compared after a round trip.</summary>
    public bool Equals(RecordSlice other) =>
        _present == other._present && ToArray().AsSpan().SequenceEqual(other.ToArray());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RecordSlice other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_present, Length);

    /// <summary>Compares the bytes.</summary>
    public static bool operator ==(RecordSlice left, RecordSlice right) => left.Equals(right);

    /// <summary>Compares the bytes.</summary>
    public static bool operator !=(RecordSlice left, RecordSlice right) => !left.Equals(right);
}
