using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Xunit;

namespace Samsa.UnitTests.Protocol;

public sealed class WireWriterTests
{
    [Fact]
    public void Regions_are_noted_at_their_place_and_not_copied()
    {
        var response = new FetchResponse();
        var topic = new FetchResponse.FetchableTopicResponse { Topic = "t" };
        topic.Partitions.Add(new FetchResponse.PartitionData { PartitionIndex = 0, Records = new RecordSlice(new Region(1, 2, 3)) });
        topic.Partitions.Add(new FetchResponse.PartitionData { PartitionIndex = 1, Records = new RecordSlice(new byte[] { 9 }) });
        topic.Partitions.Add(new FetchResponse.PartitionData { PartitionIndex = 2, Records = new RecordSlice(new Region(4, 5)) });
        response.Responses.Add(topic);

        foreach (short version in new short[] { 4, 12 })
        {
            using var writer = new WireWriter(16);
            response.Write(writer, version);
            Assert.Equal(2, writer.Splices.Length);
            Assert.True(writer.Splices[0].Position < writer.Splices[1].Position);
            Assert.Equal(writer.Position + 5, writer.TotalLength);

            var bytes = writer.ToArray();
            Assert.Equal(writer.TotalLength, bytes.Length);
            var read = new FetchResponse();
            var reader = new WireReader(bytes);
            read.Read(ref reader, version);
            Assert.Equal(0, reader.Remaining);
            Assert.True(response.ContentEquals(read));

            writer.Reset();
            Assert.Equal(0, writer.TotalLength);
            Assert.True(writer.Splices.IsEmpty);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(20_000)]
    public void A_tagged_field_gets_its_size_whatever_it_takes(int length)
    {
        var header = new RequestHeader { UnknownTaggedFields = [new RawTaggedField(7, new byte[3])] };
        var request = new FetchRequest { ClusterId = new string('c', length), UnknownTaggedFields = header.UnknownTaggedFields };
        using var writer = new WireWriter(16);
        request.Write(writer, 12);
        var read = new FetchRequest();
        var reader = new WireReader(writer.WrittenMemory);
        read.Read(ref reader, 12);
        Assert.Equal(0, reader.Remaining);
        Assert.Equal(length, read.ClusterId!.Length);
        Assert.True(request.ContentEquals(read));
    }

    [Fact]
    public void A_reserved_length_is_filled_in_later()
    {
        using var writer = new WireWriter(16);
        var at = writer.ReserveInt32();
        writer.WriteRaw(new byte[100]);
        writer.PatchInt32(at, (int)writer.TotalLength - 4);
        Assert.Equal(100, new WireReader(writer.WrittenMemory).ReadInt32());
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.PatchInt32(101, 0));
    }

    [Fact]
    public void A_value_that_the_version_cannot_carry_is_refused_by_name_unless_it_may_be_dropped()
    {
        using var writer = new WireWriter();
        var error = Assert.Throws<UnsupportedVersionException>(() => new FetchRequest { ReplicaState = { ReplicaId = 3 } }.Write(writer, 12));
        Assert.Contains("FetchRequest.ReplicaState", error.Message);
        Assert.Contains("12", error.Message);
        new FetchRequest { RackId = "r" }.Write(writer, 4);

        var tags = new MetadataRequest { UnknownTaggedFields = [new RawTaggedField(1, default)] };
        Assert.Contains("MetadataRequest", Assert.Throws<UnsupportedVersionException>(() => tags.Write(writer, 8)).Message);
        tags.Write(writer, 9);

        var all = new MetadataRequest { Topics = null };
        Assert.Contains("MetadataRequest.Topics", Assert.Throws<UnsupportedVersionException>(() => all.Write(writer, 0)).Message);
        all.Write(writer, 1);
    }

    [Fact]
    public void A_string_too_long_for_the_old_form_is_refused()
    {
        using var writer = new WireWriter();
        Assert.Throws<ArgumentException>(() => writer.WriteString(new string('x', 40_000), flexible: false));
        writer.WriteString(new string('x', 40_000), flexible: true);
    }

    [Fact]
    public void Unknown_tagged_fields_must_rise_and_leave_known_tags_alone()
    {
        using var writer = new WireWriter();
        var unordered = new ResponseHeader { UnknownTaggedFields = [new RawTaggedField(2, default), new RawTaggedField(1, default)] };
        Assert.Throws<InvalidOperationException>(() => unordered.Write(writer, 1));
        var taken = new FetchRequest { UnknownTaggedFields = [new RawTaggedField(0, default)] };
        Assert.Throws<InvalidOperationException>(() => taken.Write(writer, 12));
    }

    [Fact]
    public void Writing_a_message_again_allocates_nothing()
    {
        var response = new ProduceResponse();
        for (var t = 0; t < 3; t++)
        {
            var topic = new ProduceResponse.TopicProduceResponse { Name = "topic-" + t };
            for (var p = 0; p < 5; p++)
            {
                topic.PartitionResponses.Add(new ProduceResponse.PartitionProduceResponse { Index = p, BaseOffset = 1000 + p });
            }

            response.Responses.Add(topic);
        }

        using var writer = new WireWriter(4096);
        for (var i = 0; i < 50; i++)
        {
            writer.Reset();
            response.Write(writer, 11);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            writer.Reset();
            response.Write(writer, 11);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private sealed class Region(params byte[] bytes) : IRecordRegion
    {
        public int Length => bytes.Length;

        public void CopyTo(int offset, Span<byte> destination) => bytes.AsSpan(offset, destination.Length).CopyTo(destination);
    }
}
