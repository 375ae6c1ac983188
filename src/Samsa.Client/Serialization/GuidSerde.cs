using System.Buffers;

namespace Samsa.Client.Serialization;

/// <summary>Guids as their 36 characters, as Java's <c>UUIDSerializer</c> writes them. Stateless.</summary>
internal sealed class GuidSerde : ISerializer<Guid>, IDeserializer<Guid>
{
    private const int Characters = 36;

    public void Serialize(Guid value, IBufferWriter<byte> destination, in SerializationContext context)
    {
        value.TryFormat(destination.GetSpan(Characters), out var written);
        destination.Advance(written);
    }

    public Guid Deserialize(ReadOnlySpan<byte> bytes, in SerializationContext context)
    {
        Span<char> text = stackalloc char[Characters];
        if (bytes.Length != Characters)
        {
            throw new FormatException($"A Guid has {Characters} characters, not {bytes.Length} bytes.");
        }

        for (var i = 0; i < Characters; i++)
        {
            text[i] = (char)bytes[i];
        }

        return Guid.ParseExact(text, "D");
    }
}
