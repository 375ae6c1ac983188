using System.Buffers;

namespace Samsa.Client.Serialization;

/// <summary>Bytes as they are; reading copies them. Stateless.</summary>
internal sealed class BytesSerde : ISerializer<byte[]>, ISerializer<ReadOnlyMemory<byte>>, IDeserializer<byte[]>, IDeserializer<ReadOnlyMemory<byte>>
{
    public void Serialize(byte[] value, IBufferWriter<byte> destination, in SerializationContext context) => destination.Write(value);

    public void Serialize(ReadOnlyMemory<byte> value, IBufferWriter<byte> destination, in SerializationContext context) =>
        destination.Write(value.Span);

    public byte[] Deserialize(ReadOnlySpan<byte> bytes, in SerializationContext context) => bytes.ToArray();

    ReadOnlyMemory<byte> IDeserializer<ReadOnlyMemory<byte>>.Deserialize(ReadOnlySpan<byte> bytes, in SerializationContext context) =>
        bytes.ToArray();
}
