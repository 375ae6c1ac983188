using System.Buffers;
using System.Text;

namespace Samsa.Client.Serialization;

/// <summary>Text as UTF-8, as Java's <c>StringSerializer</c> writes it. Stateless.</summary>
internal sealed class TextSerde : ISerializer<string>, IDeserializer<string>
{
    public void Serialize(string value, IBufferWriter<byte> destination, in SerializationContext context)
    {
        var span = destination.GetSpan(Encoding.UTF8.GetByteCount(value));
        destination.Advance(Encoding.UTF8.GetBytes(value, span));
    }

    public string Deserialize(ReadOnlySpan<byte> bytes, in SerializationContext context) => Encoding.UTF8.GetString(bytes);
}
