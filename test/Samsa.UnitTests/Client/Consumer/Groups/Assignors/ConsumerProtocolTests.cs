using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Protocol;
using Samsa.Protocol.Wire;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups.Assignors;

public sealed class ConsumerProtocolTests
{
    private static readonly MemberSubscription Subscription = new("m", ["u", "t"])
    {
        InstanceId = "i",
        UserData = new byte[] { 9 },
        OwnedPartitions = [new("u", 1), new("t", 2), new("u", 0)],
        Generation = 5,
        RackId = "r",
    };

    [Theory]
    [InlineData(0, "0000 00000002 000174 000175 00000001 09")]
    [InlineData(1, "0001 00000002 000174 000175 00000001 09 00000002 000174 00000001 00000002 000175 00000002 00000000 00000001")]
    [InlineData(2, "0002 00000002 000174 000175 00000001 09 00000002 000174 00000001 00000002 000175 00000002 00000000 00000001 00000005")]
    [InlineData(3, "0003 00000002 000174 000175 00000001 09 00000002 000174 00000001 00000002 000175 00000002 00000000 00000001 00000005 000172")]
    public void Subscription_is_sorted_and_read_again_as_far_as_the_version_knows(short version, string expected)
    {
        var bytes = ConsumerProtocol.Encode(Subscription, version);
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(bytes));

        var read = ConsumerProtocol.DecodeSubscription(bytes, "m", "i");

        Assert.Equal(("m", "i"), (read.MemberId, read.InstanceId));
        Assert.Equal(["t", "u"], read.Topics);
        Assert.Equal([9], read.UserData!.Value.ToArray());
        Assert.Equal(version < 1 ? [] : [new("t", 2), new("u", 0), new("u", 1)], read.OwnedPartitions);
        Assert.Equal(version < 2 ? -1 : 5, read.Generation);
        Assert.Equal(version < 3 ? null : "r", read.RackId);
    }

    [Fact]
    public void Versions_from_the_future_are_read_as_the_newest_known()
    {
        byte[] subscription = [.. ConsumerProtocol.Encode(Subscription), 1, 2, 3, 4];
        byte[] assignment = [.. ConsumerProtocol.Encode(new MemberAssignment([new("t", 1)], new byte[] { 7 })), 1, 2, 3];
        subscription[1] = assignment[1] = 200;

        Assert.Equal("r", ConsumerProtocol.DecodeSubscription(subscription, "m", null).RackId);
        Assert.Equal([new TopicPartition("t", 1)], ConsumerProtocol.DecodeAssignment(assignment).Partitions);
    }

    [Fact]
    public void Assignment_keeps_its_order_and_its_user_data()
    {
        var bytes = ConsumerProtocol.Encode(new MemberAssignment([new("u", 3), new("t", 1), new("u", 2)], new byte[] { 7 }), version: 1);
        Assert.Equal("00010000000200017500000002000000030000000200017400000001000000010000000107", Convert.ToHexStringLower(bytes));

        var read = ConsumerProtocol.DecodeAssignment(bytes);

        Assert.Equal([new("u", 3), new("u", 2), new("t", 1)], read.Partitions);
        Assert.Equal([7], read.UserData!.Value.ToArray());
        Assert.Null(ConsumerProtocol.DecodeAssignment(ConsumerProtocol.Encode(new MemberAssignment([]))).UserData);
    }

    [Fact]
    public void An_assignment_of_no_bytes_is_one_of_no_partitions() => Assert.Empty(ConsumerProtocol.DecodeAssignment(default).Partitions);

    [Theory]
    [InlineData("")]
    [InlineData("ffff00000000ffffffff")]
    [InlineData("000300000002000174")]
    [InlineData("00017fffffff")]
    public void Bytes_that_are_no_subscription_are_refused(string bytes) =>
        Assert.Throws<ProtocolViolationException>(() => ConsumerProtocol.DecodeSubscription(Convert.FromHexString(bytes), "m", null));

    [Fact]
    public void A_rack_without_a_name_is_none()
    {
        var bytes = ConsumerProtocol.Encode(new MemberSubscription("m", ["t"]) { RackId = "" });

        Assert.EndsWith("ffff", Convert.ToHexStringLower(bytes), StringComparison.Ordinal);
        Assert.Null(ConsumerProtocol.DecodeSubscription((byte[])[.. bytes[..^2], 0, 0], "m", null).RackId);
    }
}
