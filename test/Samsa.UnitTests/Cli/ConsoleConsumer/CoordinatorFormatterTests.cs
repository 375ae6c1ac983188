using Samsa.Cli.Tools;
using Samsa.Cli.Tools.ConsoleConsumer.Formatters;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Xunit;

namespace Samsa.UnitTests.Cli.ConsoleConsumer;

/// <summary>Records of the coordinators' topics, printed as Apache Kafka printed its own (recorded from 3.9.2 and 4.3.1).</summary>
public sealed class CoordinatorFormatterTests
{
    private const string Tools = "org.apache.kafka.tools.consumer.";
    private const string Old = "kafka.coordinator.group.GroupMetadataManager$";

    private static readonly byte[] OffsetKey = Bytes(1, new OffsetCommitKey { Group = "cg1", Topic = "cp", Partition = 0 }, 0);
    private static readonly byte[] OffsetValue = Bytes(3, new OffsetCommitValue { Offset = 2, Metadata = "", CommitTimestamp = 1795221107721 }, 3);
    private static readonly byte[] GroupKey = Bytes(2, new GroupMetadataKey { Group = "g" }, 0);

    private static readonly byte[] GroupValue = Bytes(3, new GroupMetadataValue
    {
        ProtocolType = "consumer",
        Generation = 1,
        Protocol = "range",
        Leader = "c-1",
        CurrentStateTimestamp = 5,
        Members =
        [
            new GroupMetadataValue.MemberMetadata
            {
                MemberId = "c-1", ClientId = "c", ClientHost = "/127.0.0.1", RebalanceTimeout = 300000, SessionTimeout = 45000,
                Subscription = new byte[] { 0, 3 }, Assignment = new byte[] { 0, 3 },
            },
        ],
    }, 3);

    [Theory]
    [InlineData("3.9", """{"key":{"version":1,"data":{"group":"cg1","topic":"cp","partition":0}},"value":{"version":3,"data":{"offset":2,"leaderEpoch":-1,"metadata":"","commitTimestamp":1795221107721}}}""")]
    [InlineData("4.3", """{"key":{"type":1,"data":{"group":"cg1","topic":"cp","partition":0}},"value":{"version":3,"data":{"offset":2,"leaderEpoch":-1,"metadata":"","commitTimestamp":1795221107721}}}""")]
    public void Committed_offsets_are_JSON_without_an_end_of_line(string release, string expected)
    {
        var formatter = Create(Tools + "OffsetsMessageFormatter", release);

        Assert.Equal(expected, Printed.Record(formatter, OffsetKey, OffsetValue));
        Assert.Equal("", Printed.Record(formatter, GroupKey, GroupValue));
        Assert.Equal("", Printed.Record(formatter, null, OffsetValue));
        Assert.EndsWith("\"value\":null}", Printed.Record(formatter, OffsetKey, null), StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_are_JSON_with_their_members()
    {
        var formatter = Create(Tools + "GroupMetadataMessageFormatter", "3.9");

        Assert.Equal(
            """{"key":{"version":2,"data":{"group":"g"}},"value":{"version":3,"data":{"protocolType":"consumer","generation":1,"protocol":"range","leader":"c-1","currentStateTimestamp":5,"""
            + """
            "members":[{"memberId":"c-1","groupInstanceId":null,"clientId":"c","clientHost":"/127.0.0.1","rebalanceTimeout":300000,"sessionTimeout":45000,"subscription":"AAM=","assignment":"AAM="}]}}}
            """,
            Printed.Record(formatter, GroupKey, GroupValue));
        Assert.Equal("", Printed.Record(formatter, OffsetKey, OffsetValue));
    }

    [Fact]
    public void Other_records_and_versions_are_unknown_to_3_9_and_left_out_by_4_3()
    {
        byte[] otherKey = [0, 99, 1, 2];
        byte[] laterValue = [0, 99];

        Assert.Equal(
            """{"key":{"version":99,"data":"unknown"},"value":{"version":3,"data":"unknown"}}""",
            Printed.Record(Create(Tools + "OffsetsMessageFormatter", "3.9"), otherKey, OffsetValue));
        Assert.Equal("", Printed.Record(Create(Tools + "OffsetsMessageFormatter", "4.3"), otherKey, OffsetValue));
        Assert.EndsWith(
            "\"value\":{\"version\":99,\"data\":\"unknown\"}}",
            Printed.Record(Create(Tools + "OffsetsMessageFormatter", "3.9"), OffsetKey, laterValue), StringComparison.Ordinal);
    }

    [Fact]
    public void Transactions_are_JSON()
    {
        byte[] key = Bytes(0, new TransactionLogKey { TransactionalId = "tx" }, 0);
        byte[] value = Bytes(0, new TransactionLogValue { ProducerId = 4, TransactionTimeoutMs = 60000, TransactionPartitions = null }, 0);

        Assert.StartsWith(
            """{"key":{"version":0,"data":{"transactionalId":"tx"}},"value":{"version":0,"data":{"producerId":4,"producerEpoch":0,"transactionTimeoutMs":60000,""",
            Printed.Record(Create(Tools + "TransactionLogMessageFormatter", "3.9"), key, value), StringComparison.Ordinal);
    }

    [Fact]
    public void The_old_formatters_print_lines_of_text()
    {
        Assert.Equal(
            "[cg1,cp,0]::OffsetAndMetadata(offset=2, leaderEpoch=Optional.empty, metadata=, commitTimestamp=1795221107721, expireTimestamp=None)\n",
            Printed.Record(Create(Old + "OffsetsMessageFormatter", "3.9", warns: true), OffsetKey, OffsetValue));
        Assert.Equal("[cg1,cp,0]::NULL\n", Printed.Record(Create(Old + "OffsetsMessageFormatter", "3.9", warns: true), OffsetKey, null));
        Assert.Equal(
            "g::GroupMetadata(groupId=g, generation=1, protocolType=Some(consumer), currentState=Stable, members=HashMap(c-1 -> "
            + "MemberMetadata(memberId=c-1, groupInstanceId=None, clientId=c, clientHost=/127.0.0.1, sessionTimeoutMs=45000, rebalanceTimeoutMs=300000, "
            + "supportedProtocols=List(range))))\n",
            Printed.Record(Create(Old + "GroupMetadataMessageFormatter", "3.9", warns: true), GroupKey, GroupValue));
    }

    [Theory]
    [InlineData("3.9", "no.such.Formatter")]
    [InlineData("4.3", "kafka.tools.DefaultMessageFormatter")]
    public void A_formatter_that_the_release_does_not_have_is_named(string release, string name)
    {
        var exception = Assert.Throws<ToolException>(() => Create(name, release));

        Assert.Equal((name, true), (exception.Message, exception.ShowOptions));
    }

    [Fact]
    public void A_record_that_is_none_of_the_coordinator_is_told()
    {
        var formatter = Create(Tools + "OffsetsMessageFormatter", "3.9");

        Assert.Throws<MessageException>(() => Printed.Record(formatter, [1], null));
        Assert.Throws<MessageException>(() => Printed.Record(formatter, [0, 1, 0, 50], OffsetValue));
    }

    private static IMessageFormatter Create(string name, string release, bool warns = false)
    {
        using var errors = new MemoryStream();
        var console = new ToolConsole(Stream.Null, Stream.Null, errors);
        var formatter = FormatterTable.Create(name, new Dictionary<string, string>(), console, KafkaReleases.Parse(release));
        Assert.Equal(warns, errors.Length > 0);
        return formatter;
    }

    private static byte[] Bytes(short prefix, IStoredMessage message, short version)
    {
        using var writer = new WireWriter();
        writer.WriteInt16(prefix);
        message.Write(writer, version);
        return writer.WrittenMemory.ToArray();
    }
}
