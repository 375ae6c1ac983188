using System.Buffers;

namespace Samsa.Client.Connections;

/// <summary>
/// The bytes of one answer, without their length. Owns an array, rented or not; <see cref="Release"/> gives a rented one back, once.
/// </summary>
internal sealed class ResponseFrame
{
    private readonly bool _rented;
    private byte[]? _buffer;

    public ResponseFrame(int length, bool rented)
    {
        Length = length;
        _rented = rented;
        _buffer = rented ? ArrayPool<byte>.Shared.Rent(length) : new byte[length];
    }

    public int Length { get; }

    public Memory<byte> Memory => _buffer.AsMemory(0, Length);

    /// <summary>True once somebody else will release the frame.</summary>
    public bool IsKept { get; private set; }

    public void Keep() => IsKept = true;

    public void Release()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer && _rented)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
