using Samsa.Protocol.Wire;

namespace Samsa.Client.Connections;

/// <summary>Record batches in memory that go to the socket from where they lie. The memory belongs to whoever made this.</summary>
internal sealed class RecordMemory(ReadOnlyMemory<byte> bytes) : IRecordRegion
{
    public ReadOnlyMemory<byte> Bytes => bytes;

    public int Length => bytes.Length;

    public void CopyTo(int offset, Span<byte> destination) => bytes.Span.Slice(offset, destination.Length).CopyTo(destination);
}
