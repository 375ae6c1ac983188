using Samsa.Generators.Records;
using Samsa.Generators.Schema;
using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Wire;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Records;

/// <summary>Records on the wire, and mistakes in their schemas.</summary>
public sealed class RecordTests
{
    /// <summary>What kazoo 2.8 sent: its first frame without the length and the boolean at the end.</summary>
    private const string ConnectBytes = "00000000" + "0000000000000000" + "00002710" + "0000000000000000" + "00000010" + "00000000000000000000000000000000";

    [Fact]
    public void Record_of_a_client_is_read_and_written_again()
    {
        var bytes = Convert.FromHexString(ConnectBytes);

        var request = Jute.Read<ConnectRequest>(bytes);

        Assert.Equal((0, 10_000, 0L, 16), (request.ProtocolVersion, request.TimeOut, request.SessionId, request.Passwd!.Value.Length));
        Assert.Equal(bytes, Jute.ToBytes(request));
    }

    [Fact]
    public void Null_and_empty_are_not_the_same()
    {
        var request = new CreateRequest { Path = "/ä", Data = null, Acl = [] };

        var bytes = Jute.ToBytes(request);

        Assert.Equal("000000032FC3A4" + "FFFFFFFF" + "00000000" + "00000000", Convert.ToHexString(bytes));
        var read = Jute.Read<CreateRequest>(bytes);
        Assert.Null(read.Data);
        Assert.Empty(read.Acl!);
        read.Data = ReadOnlyMemory<byte>.Empty;
        read.Acl = null;
        Assert.Equal("000000032FC3A4" + "00000000" + "FFFFFFFF" + "00000000", Convert.ToHexString(Jute.ToBytes(read)));
    }

    [Fact]
    public void Null_is_an_empty_string_where_the_schema_knows_no_null() =>
        Assert.Equal(("", ""), Jute.Read<AclId>(Convert.FromHexString("FFFFFFFFFFFFFFFF")) is var id ? (id.Scheme, id.Id) : default);

    [Fact]
    public void Long_string_is_written_as_a_short_one()
    {
        var path = "/" + new string('€', 5000);

        Assert.Equal(path, Jute.Read<DeleteRequest>(Jute.ToBytes(new DeleteRequest { Path = path })).Path);
    }

    [Theory]
    [InlineData("FFFFFFFE00000000")]
    [InlineData("0000000A2F")]
    [InlineData("80000000")]
    [InlineData("000000012F")]
    [InlineData("")]
    public void Bytes_that_are_no_record_are_a_violation(string bytes) =>
        Assert.Throws<ProtocolViolationException>(() => Jute.Read<DeleteRequest>(Convert.FromHexString(bytes)));

    [Fact]
    public void Vector_longer_than_the_bytes_takes_no_memory() =>
        Assert.Throws<ProtocolViolationException>(() => Jute.Read<GetAclResponse>(Convert.FromHexString("7FFFFFFF0000001F00000000")));

    [Theory]
    [InlineData("record A\n  Name uuid", 2, "jute has no uuid")]
    [InlineData("record A\n  Name []int32", 2, "no record of ZooKeeper has a vector of int32")]
    [InlineData("record A\n  Other B", 2, "the record B is declared nowhere")]
    [InlineData("record A\n  Other A", 2, "cannot hold itself")]
    [InlineData("record A\n  Name string\nrecord A\n  Name string", 3, "another record has this name")]
    [InlineData("data A versions 0\n  Name string 0+", 1, "nothing but records")]
    public void Mistake_in_a_record_is_reported_with_its_line(string text, int line, string part)
    {
        var errors = new List<SchemaError>();

        _ = new RecordCatalog([SchemaParser.Parse("x.kmsg", text)], errors);

        Assert.Contains(errors, error => error.Line == line && error.Message.Contains(part, StringComparison.Ordinal));
    }
}
