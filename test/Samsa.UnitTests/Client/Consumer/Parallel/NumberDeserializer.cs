using System.Globalization;
using System.Text;
using Samsa.Client.Serialization;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>Reads digits, and nothing else.</summary>
internal sealed class NumberDeserializer : IDeserializer<int>
{
    public int Deserialize(ReadOnlySpan<byte> bytes, in SerializationContext context) => int.Parse(Encoding.UTF8.GetString(bytes), CultureInfo.InvariantCulture);
}
