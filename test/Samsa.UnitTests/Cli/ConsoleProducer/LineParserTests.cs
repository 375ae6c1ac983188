using System.Text;
using Samsa.Cli.Tools.ConsoleProducer;
using Samsa.Client.Producer;
using Xunit;

namespace Samsa.UnitTests.Cli.ConsoleProducer;

/// <summary>Lines become records as Apache Kafka 3.9.2 and 4.3.1 made them of the same lines.</summary>
public sealed class LineParserTests
{
    [Theory]
    [InlineData("", "value", "null|value|")]
    [InlineData("", "", "null||")]
    [InlineData("parse.key=true", "k\tv\tw", "k|v\tw|")]
    [InlineData("parse.key= TRUE ", "\t", "||")]
    [InlineData("parse.key=true;key.separator=::", "a:b::c", "a:b|c|")]
    [InlineData("parse.key=true;ignore.error=true", "alone", "null|alone|")]
    [InlineData("parse.key=true;parse.headers=true;key.separator=|", "h1:a,h2:b\tkey|val", "key|val|h1:a,h2:b")]
    [InlineData("parse.headers=true", "h1:\tv", "null|v|h1:")]
    [InlineData("parse.headers=true", "h1:a:b,,\tv", "null|v|h1:a:b")]
    [InlineData("parse.headers=true;ignore.error=true", "h1\tv", "null|v|h1:NULL")]
    [InlineData("parse.headers=true;ignore.error=true", "no headers", "null|no headers|")]
    [InlineData("parse.headers=true;headers.separator=[,/];headers.key.separator==", "a=1/b=2,c=3\tv", "null|v|a:1,b:2,c:3")]
    [InlineData("parse.headers=true;parse.key=true;null.marker=N", "N\tN\tN", "null|NULL|")]
    [InlineData("parse.headers=true;null.marker=N", "a:N,b:NN\tx", "null|x|a:NULL,b:NN")]
    [InlineData("null.marker=N", "N ", "null|N |")]
    public void A_line_is_split_by_the_settings(string settings, string line, string expected) =>
        Assert.Equal(expected, Describe(Parser(settings).Parse(Encoding.UTF8.GetBytes(line))));

    [Theory]
    [InlineData("parse.key=true", "nokeyhere", "No key separator found on line number 2: 'nokeyhere'")]
    [InlineData("parse.headers=true", "h", "No headers delimiter found on line number 2: 'h'")]
    [InlineData("parse.headers=true", "h1\tv", "No header key separator found in pair 'h1' on line number 2")]
    [InlineData("parse.headers=true", "h1:a,,h2:b\tv", "No header key separator found in pair '' on line number 2")]
    [InlineData("parse.headers=true;null.marker=N", "N:a\tv", "Header keys should not be equal to the null marker 'N' as they can't be null")]
    public void A_line_without_what_it_needs_is_told_with_its_number(string settings, string line, string message)
    {
        var parser = Parser(settings);
        parser.Parse("a:1\tb"u8.ToArray());

        Assert.Equal(message, Assert.Throws<LineException>(() => parser.Parse(Encoding.UTF8.GetBytes(line))).Message);
    }

    [Theory]
    [InlineData("headers.delimiter=,", "headers.delimiter and headers.separator may not be equal")]
    [InlineData("headers.delimiter=:", "headers.delimiter and headers.key.separator may not be equal")]
    [InlineData("headers.separator=:", "headers.separator and headers.key.separator may not be equal")]
    [InlineData("null.marker=\t", "null.marker and key.separator may not be equal")]
    [InlineData("null.marker=,", "null.marker and headers.separator may not be equal")]
    [InlineData("null.marker=:", "null.marker and headers.key.separator may not be equal")]
    [InlineData("key.separator=;null.marker=\t", "null.marker and headers.delimiter may not be equal")]
    public void Separators_that_are_the_same_are_refused(string settings, string message) =>
        Assert.Equal(message, Assert.Throws<LineException>(() => Parser(settings)).Message);

    [Fact]
    public void Bytes_that_are_no_text_are_sent_as_they_are()
    {
        var record = Parser("parse.key=true").Parse(new byte[] { 0xff, (byte)'\t', 0xc3, 0x28 });

        Assert.Equal([0xff], record.Key.Memory.ToArray());
        Assert.Equal([0xc3, 0x28], record.Value.Memory.ToArray());
    }

    private static LineParser Parser(string settings) => new(
        "t", settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=', 2)).ToDictionary(s => s[0], s => s[1]));

    private static string Describe(ProducerRecord record) =>
        $"{Text(record.Key, "null")}|{Text(record.Value, "NULL")}|"
        + string.Join(',', record.Headers.ToArray().Select(h =>
            $"{Encoding.UTF8.GetString(h.Key.Span)}:{(h.Value is { } value ? Encoding.UTF8.GetString(value.Span) : "NULL")}"));

    private static string Text(OptionalMemory bytes, string otherwise) => bytes.IsNull ? otherwise : Encoding.UTF8.GetString(bytes.Memory.Span);
}
