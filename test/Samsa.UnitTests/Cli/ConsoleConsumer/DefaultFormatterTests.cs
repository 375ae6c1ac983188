using Samsa.Cli.Tools;
using Samsa.Cli.Tools.ConsoleConsumer.Formatters;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Cli.ConsoleConsumer;

/// <summary>Records are printed as Apache Kafka 3.9.2 and 4.3.1 print them with the same settings.</summary>
public sealed class DefaultFormatterTests
{
    private const string Java = "org.apache.kafka.common.serialization.";

    [Theory]
    [InlineData("", "v\n")]
    [InlineData("print.key=true", "k\tv\n")]
    [InlineData("print.key=true;key.separator==>", "k=>v\n")]
    [InlineData("print.key=true;print.value=false", "k\n")]
    [InlineData("print.value=false", "")]
    [InlineData("print.timestamp=true", "CreateTime:1000\tv\n")]
    [InlineData("print.timestamp=TRUE;print.value=no", "CreateTime:1000\n")]
    [InlineData("print.partition=true;print.offset=true;line.separator=;", "Partition:3\tOffset:7\tv")]
    [InlineData("print.timestamp=true;print.partition=true;print.offset=true;print.headers=true;print.key=true", "CreateTime:1000\tPartition:3\tOffset:7\tNO_HEADERS\tk\tv\n")]
    [InlineData("print.epoch=true;print.delivery=true", "v\n")]
    public void The_parts_that_are_asked_for_are_printed(string settings, string expected) =>
        Assert.Equal(expected, Printed.Record(Printed.Formatter(settings), "k"u8.ToArray(), "v"u8.ToArray()));

    [Fact]
    public void Epoch_and_delivery_are_printed_as_4_3_prints_them()
    {
        var formatter = Printed.Formatter("print.offset=true;print.epoch=true;print.delivery=true", like: "4.3");

        Assert.Equal("Offset:7\tDelivery:NOT_PRESENT\tEpoch:5\tv\n", Printed.Record(formatter, null, "v"u8.ToArray()));
        Assert.Equal("Offset:7\tDelivery:NOT_PRESENT\tEpoch:NOT_PRESENT\tv\n", Printed.Record(formatter, TimestampType.CreateTime, -1, null, "v"u8.ToArray()));
    }

    [Theory]
    [InlineData(TimestampType.NoTimestamp, "NO_TIMESTAMP\tv\n")]
    [InlineData(TimestampType.LogAppendTime, "LogAppendTime:1000\tv\n")]
    public void The_kind_of_the_timestamp_is_told(TimestampType type, string expected) =>
        Assert.Equal(expected, Printed.Record(Printed.Formatter("print.timestamp=true"), type, -1, null, "v"u8.ToArray()));

    [Theory]
    [InlineData("print.headers=true;print.key=true", "a:1,b:null,c:\tnull\tnull\n")]
    [InlineData("print.headers=true;headers.separator= / ;null.literal=NIL", "a:1 / b:NIL / c:\tNIL\n")]
    public void Headers_and_nulls_are_printed(string settings, string expected) => Assert.Equal(expected, Printed.Record(
        Printed.Formatter(settings), null, null, new RecordHeader("a", "1"u8.ToArray()), new RecordHeader("b", null), new RecordHeader("c", [])));

    [Fact]
    public void Bytes_go_through_as_they_are()
    {
        // A byte that is no text would be replaced if it were read as one; the text of the test replaces it, so it is compared by its length.
        Assert.Equal("\ufffd\n", Printed.Record(Printed.Formatter(""), null, [0xff]));
        Assert.Equal("\\xFF\n", Printed.Record(Printed.Formatter($"value.deserializer={Java}BytesDeserializer"), null, [0xff]));
    }

    [Theory]
    [InlineData("StringDeserializer", "C3BC", "\u00fc")]
    [InlineData("IntegerDeserializer", "FFFFFFFE", "-2")]
    [InlineData("LongDeserializer", "0000000100000000", "4294967296")]
    [InlineData("ShortDeserializer", "8000", "-32768")]
    [InlineData("DoubleDeserializer", "3FF0000000000000", "1.0")]
    [InlineData("DoubleDeserializer", "7FF8000000000000", "NaN")]
    [InlineData("DoubleDeserializer", "416312D000000000", "1.0E7")]
    [InlineData("FloatDeserializer", "3DCCCCCD", "0.1")]
    [InlineData("BooleanDeserializer", "01", "true")]
    [InlineData("UUIDDeserializer", "30303131323233332d343435352d363637372d383839392d616162626363646465656666", "00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData("BytesDeserializer", "41005C7E", "A\\x00\\x5C~")]
    [InlineData("ByteArrayDeserializer", "0aff", "0aff")]
    [InlineData("ByteBufferDeserializer", "0aff", "java.nio.HeapByteBuffer[pos=0 lim=2 cap=2]")]
    public void A_deserializer_makes_the_text_that_Java_prints(string name, string hex, string expected) => Assert.Equal(
        expected + "\n", Printed.Record(Printed.Formatter($"value.deserializer={Java}{name}"), null, Convert.FromHexString(hex)));

    [Theory]
    [InlineData("IntegerDeserializer", "SerializationException: Size of data received by IntegerDeserializer is not 4")]
    [InlineData("LongDeserializer", "SerializationException: Size of data received by LongDeserializer is not 8")]
    [InlineData("ShortDeserializer", "SerializationException: Size of data received by ShortDeserializer is not 2")]
    [InlineData("BooleanDeserializer", "SerializationException: Size of data received by BooleanDeserializer is not 1")]
    [InlineData("UUIDDeserializer", "SerializationException: Error parsing data into UUID")]
    public void Bytes_that_a_deserializer_cannot_read_are_told_in_Kafkas_words(string name, string message)
    {
        var formatter = Printed.Formatter($"value.deserializer={Java}{name}");

        var exception = Assert.Throws<MessageException>(() => Printed.Record(formatter, null, "one"u8.ToArray()));
        Assert.EndsWith(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_of_null_goes_through_the_deserializer_too()
    {
        var formatter = Printed.Formatter($"value.deserializer={Java}IntegerDeserializer");

        // "null" has the four bytes of an integer.
        Assert.Equal("1853189228\n", Printed.Record(formatter, null, null));
    }

    [Fact]
    public void An_encoding_other_than_UTF8_may_be_named() => Assert.Equal("\u00fc\n", Printed.Record(
        Printed.Formatter($"value.deserializer={Java}StringDeserializer;value.deserializer.deserializer.encoding=ISO-8859-1"), null, [0xfc]));

    [Theory]
    [InlineData("key.deserializer=no.such")]
    [InlineData("value.deserializer=org.apache.kafka.common.serialization.ListDeserializer")]
    public void A_deserializer_of_somebodys_own_is_refused(string settings)
    {
        var exception = Assert.Throws<ToolException>(() => Printed.Formatter(settings));

        Assert.Contains("runs no Java classes", exception.Message, StringComparison.Ordinal);
        Assert.True(exception.ShowOptions);
    }
}
