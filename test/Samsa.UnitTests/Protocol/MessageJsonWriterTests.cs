using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Protocol;

public sealed class MessageJsonWriterTests
{
    [Theory]
    [InlineData(0, "0.0")]
    [InlineData(1, "1.0")]
    [InlineData(-2.5, "-2.5")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.0005, "5.0E-4")]
    [InlineData(9999999, "9999999.0")]
    [InlineData(1e7, "1.0E7")]
    [InlineData(123456789.25, "1.2345678925E8")]
    [InlineData(double.MaxValue, "1.7976931348623157E308")]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(double.NegativeInfinity, "\"-Infinity\"")]
    public void Numbers_have_Javas_letters(double value, string expected) => Assert.Equal(expected, Write(json => json.Value(value)));

    [Fact]
    public void Only_quotes_backslashes_and_control_characters_are_escaped() => Assert.Equal(
        "\"/<größe> 😀 \\\" \\\\ \\b\\t\\n\\f\\r\\u0001\\u001F\u007f\"", Write(json => json.Value("/<größe> 😀 \" \\ \b\t\n\f\r\u0001\u001f\u007f")));

    [Fact]
    public void Values_are_separated_and_bytes_can_be_written_by_somebody_else()
    {
        string text = Write(json =>
        {
            json.BytesHandler = (name, bytes) =>
            {
                if (name != "inner")
                    return false;
                json.BeginObject();
                json.Name("length");
                json.Value(bytes.Length);
                json.EndObject();
                return true;
            };
            json.BeginObject();
            json.Name("list");
            json.BeginArray();
            json.Value(1);
            json.Value(true);
            json.Null();
            json.EndArray();
            json.Name("inner");
            json.Value(new ReadOnlyMemory<byte>([1, 2]));
            json.Name("bytes");
            json.Value(new ReadOnlyMemory<byte>([255, 254]));
            json.Name("none");
            json.Value((ReadOnlyMemory<byte>?)null);
            json.EndObject();
        });

        Assert.Equal("""{"list":[1,true,null],"inner":{"length":2},"bytes":"//4=","none":null}""", text);
    }

    [Fact]
    public void A_tagged_field_is_written_where_it_is_not_tagged_or_holds_a_value()
    {
        var value = new OffsetCommitValue { Offset = 7, Metadata = "m", CommitTimestamp = 8 };

        Assert.Equal("""{"offset":7,"leaderEpoch":-1,"metadata":"m","commitTimestamp":8}""", Write(json => value.WriteJson(json, 4)));
        Assert.Equal("""{"offset":7,"metadata":"m","commitTimestamp":8,"expireTimestamp":-1}""", Write(json => value.WriteJson(json, 1)));
        value.TopicId = new Guid(new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 }, bigEndian: true);
        Assert.EndsWith(",\"topicId\":\"AAECAwQFBgcICQoLDA0ODw\"}", Write(json => value.WriteJson(json, 4)), StringComparison.Ordinal);
        Assert.Throws<UnsupportedVersionException>(() => Write(json => value.WriteJson(json, 5)));
    }

    private static string Write(Action<MessageJsonWriter> write)
    {
        var json = new MessageJsonWriter();
        write(json);
        return json.ToString();
    }
}
