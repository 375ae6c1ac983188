using System.Buffers;
using System.Text;
using System.Text.Json.Serialization;
using Samsa.Client.Serialization;
using Xunit;

namespace Samsa.UnitTests.Client.Serialization;

public sealed partial class SerializersTests
{
    private static readonly SerializationContext Context = new("t", RecordPart.Value);

    [Fact]
    public void Text_is_utf8() => RoundTrip(Serializers.Utf8, Deserializers.Utf8, "Straße 日本 😀", Encoding.UTF8.GetBytes("Straße 日本 😀"));

    [Fact]
    public void Empty_text_is_no_bytes() => RoundTrip(Serializers.Utf8, Deserializers.Utf8, "", []);

    [Fact]
    public void Integers_are_in_network_order()
    {
        RoundTrip(Serializers.Int16, Deserializers.Int16, (short)-2, [0xff, 0xfe]);
        RoundTrip(Serializers.Int32, Deserializers.Int32, 0x01020304, [1, 2, 3, 4]);
        RoundTrip(Serializers.Int64, Deserializers.Int64, long.MinValue, [0x80, 0, 0, 0, 0, 0, 0, 0]);
        RoundTrip(Serializers.Int64, Deserializers.Int64, -1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    }

    [Fact]
    public void Guids_are_text_as_in_Java()
    {
        var id = Guid.Parse("01234567-89ab-cdef-0123-456789abcdef");

        RoundTrip(Serializers.Guid, Deserializers.Guid, id, Encoding.UTF8.GetBytes("01234567-89ab-cdef-0123-456789abcdef"));
    }

    [Fact]
    public void Bytes_are_as_they_are()
    {
        RoundTrip(Serializers.Bytes, Deserializers.Bytes, [1, 2], [1, 2]);
        Assert.Equal([1, 2], Serialize(Serializers.Memory, new byte[] { 1, 2 }));
    }

    [Fact]
    public void Json_follows_its_contract()
    {
        var contract = TestJson.Default.Order;
        var serializer = Serializers.Json(contract);

        RoundTrip(serializer, Deserializers.Json(contract), new Order("a", 2), Encoding.UTF8.GetBytes("""{"name":"a","count":2}"""));
        Assert.Equal("""{"name":"\u003C","count":0}""", Encoding.UTF8.GetString(Serialize(serializer, new Order("<", 0))));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void Bytes_that_are_no_integer_are_refused(int length) =>
        Assert.Throws<FormatException>(() => Deserializers.Int32.Deserialize(new byte[length], Context));

    [Fact]
    public void Bytes_that_are_no_guid_are_refused()
    {
        Assert.Throws<FormatException>(() => Deserializers.Guid.Deserialize(new byte[16], Context));
        Assert.Throws<FormatException>(() => Deserializers.Guid.Deserialize(new byte[36], Context));
    }

    [Fact]
    public void A_nullable_value_is_written_as_its_value()
    {
        RoundTrip(Serializers.Nullable(Serializers.Int32), Deserializers.Nullable(Deserializers.Int32), 0, [0, 0, 0, 0]);
    }

    private static void RoundTrip<T>(ISerializer<T> serializer, IDeserializer<T> deserializer, T value, byte[] bytes)
    {
        Assert.Equal(bytes, Serialize(serializer, value));
        Assert.Equal(value, deserializer.Deserialize(bytes, Context));
    }

    private static byte[] Serialize<T>(ISerializer<T> serializer, T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        serializer.Serialize(value, buffer, Context);
        return buffer.WrittenSpan.ToArray();
    }

    internal sealed record Order(string Name, int Count);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Order))]
    internal sealed partial class TestJson : JsonSerializerContext;
}
