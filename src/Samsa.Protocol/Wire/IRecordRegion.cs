namespace Samsa.Protocol.Wire;

/// <summary>
/// Record bytes that live outside the message, typically a range of a log segment file.
/// A transport that knows the concrete type may send it without copying; any other one copies.
/// </summary>
public interface IRecordRegion
{
    /// <summary>The number of bytes in the region.</summary>
    int Length { get; }

    /// <summary>Copies <paramref name="destination"/>.Length bytes, starting <paramref name="offset"/> bytes into the region.</summary>
    void CopyTo(int offset, Span<byte> destination);
}
