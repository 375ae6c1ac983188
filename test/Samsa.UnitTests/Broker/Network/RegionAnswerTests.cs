using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Xunit;
using static Samsa.UnitTests.Broker.Network.ConnectionHarness;

namespace Samsa.UnitTests.Broker.Network;

public sealed class RegionAnswerTests
{
    [Fact]
    public async Task Record_regions_are_sent_in_their_places_and_disposed()
    {
        var region = new TestRegion(5000);
        using var harness = new ConnectionHarness();
        harness.Special[1] = _ => new ValueTask<IMessage?>(Fetch(region));
        harness.Special[2] = _ => new ValueTask<IMessage?>(new HeartbeatResponse());
        harness.Transport.Arrive([.. Heartbeat(1, 1, version: 4), .. Heartbeat(2, 2)]);
        await harness.UntilAnsweredAsync(2);
        Assert.Equal([1, 2], Answers(harness.Transport.Sent));
        Assert.True(harness.Transport.Sent.AsSpan().IndexOf(region.Bytes) > 0);
        Assert.True(region.IsDisposed);
    }

    [Fact]
    public async Task Record_regions_are_disposed_when_they_cannot_be_sent()
    {
        var region = new TestRegion(5000);
        using var harness = new ConnectionHarness();
        harness.Transport.Arrive(Heartbeat(1, 1, version: 4));
        await harness.UntilStartedAsync(1);
        harness.Connection.Abort();
        await harness.Ended;
        harness.Answer(1, Fetch(region));
        Assert.True(region.IsDisposed);
    }

    // Any message with records will do: the connection neither knows nor cares which API it is.
    private static FetchAnswer Fetch(IRecordRegion region) => new(region);

    private sealed class FetchAnswer(IRecordRegion region) : IMessage
    {
        public void Read(ref WireReader reader, short version) => throw new NotSupportedException();

        public void Write(WireWriter writer, short version)
        {
            writer.WriteInt32(7);
            writer.WriteRecords(new RecordSlice(region), flexible: false);
            writer.WriteInt32(8);
        }

        public bool ContentEquals(IMessage? other) => false;
    }

    private sealed class TestRegion : IRecordRegion, IDisposable
    {
        public TestRegion(int length)
        {
            Bytes = new byte[length];
            new Random(length).NextBytes(Bytes);
        }

        public byte[] Bytes { get; }

        public bool IsDisposed { get; private set; }

        public int Length => Bytes.Length;

        public void CopyTo(int offset, Span<byte> destination) => Bytes.AsSpan(offset, destination.Length).CopyTo(destination);

        public void Dispose() => IsDisposed = true;
    }
}
