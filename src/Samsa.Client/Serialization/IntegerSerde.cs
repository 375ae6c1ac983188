using System.Buffers;
using System.Numerics;

namespace Samsa.Client.Serialization;

/// <summary>Integers in network order and full width, as Java's <c>IntegerSerializer</c>, <c>LongSerializer</c> and their like. Stateless.</summary>
internal sealed class IntegerSerde<T> : ISerializer<T>, IDeserializer<T>
    where T : IBinaryInteger<T>, IMinMaxValue<T>
{
    // All values of one type have the same width.
    private static readonly int Width = T.Zero.GetByteCount();
    private static readonly bool IsUnsigned = T.IsZero(T.MinValue);

    public void Serialize(T value, IBufferWriter<byte> destination, in SerializationContext context) =>
        destination.Advance(value.WriteBigEndian(destination.GetSpan(Width)));

    public T Deserialize(ReadOnlySpan<byte> bytes, in SerializationContext context) => bytes.Length == Width
        ? T.ReadBigEndian(bytes, IsUnsigned)
        : throw new FormatException($"A {typeof(T).Name} has {Width} bytes, not {bytes.Length}.");
}
