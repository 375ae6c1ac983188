using System.Buffers;

namespace Samsa.Client.Serialization;

/// <summary>Lets a value type be null, around what reads or writes its values. As stateless as that.</summary>
internal sealed class NullableSerde<T>(ISerializer<T>? serializer, IDeserializer<T>? deserializer) : ISerializer<T?>, IDeserializer<T?>
    where T : struct
{
    public void Serialize(T? value, IBufferWriter<byte> destination, in SerializationContext context) =>
        serializer!.Serialize(value!.Value, destination, context);

    public T? Deserialize(ReadOnlySpan<byte> bytes, in SerializationContext context) => deserializer!.Deserialize(bytes, context);
}
