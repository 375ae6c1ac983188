using Samsa.Protocol.Wire;

namespace Samsa.Client.Connections;

/// <summary>Record batches in memory that go to the socket from where they lie. The memory belongs to whoever made this.</summary>
internal class RecordMemory(ReadOnlyMemory<byte> bytes) : IRecordRegion
{
    public ReadOnlyMemory<byte> Bytes => bytes;

    public int Length => bytes.Length;

    public void CopyTo(int offset, Span<byte> destination) => bytes.Span.Slice(offset, destination.Length).CopyTo(destination);

    /// <summary>
    /// The connection will not look at the bytes again. Called once per request that held them, also when it could not be sent; an answer
    /// or a failure may come earlier than this.
    /// </summary>
    /// <param name="sent">Whether all bytes of the request are in the socket's hands.</param>
    public virtual void Release(bool sent)
    {
    }
}
