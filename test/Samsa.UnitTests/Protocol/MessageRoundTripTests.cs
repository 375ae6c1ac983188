using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Samsa.UnitTests.Protocol.Schemas;
using Xunit;

namespace Samsa.UnitTests.Protocol;

public sealed class MessageRoundTripTests
{
    private const int Samples = 25;

    [Theory]
    [MemberData(nameof(SchemaCatalog.Names), MemberType = typeof(SchemaCatalog))]
    public void Random_values_in_every_version_are_read_and_written_back_to_the_same_bytes(string name)
    {
        var descriptor = SchemaCatalog.Descriptor(name);
        var schema = SchemaCatalog.Messages[name];
        for (var version = descriptor.LowestVersion; version <= descriptor.HighestVersion; version++)
        {
            IMessage? previous = null;
            byte[]? previousBytes = null;
            for (var seed = 0; seed < Samples; seed++)
            {
                var bytes = SchemaEncoder.Encode(schema, version, new Random(seed));
                var message = Read(descriptor, bytes, version);
                var written = Write(message, version);
                Assert.True(bytes.AsSpan().SequenceEqual(written), $"{name} version {version} seed {seed}: {Convert.ToHexString(bytes)} became {Convert.ToHexString(written)}");
                Assert.True(message.ContentEquals(Read(descriptor, written, version)), $"{name} version {version} seed {seed}");
                Assert.Equal(previousBytes is not null && bytes.AsSpan().SequenceEqual(previousBytes), message.ContentEquals(previous));
                previous = message;
                previousBytes = bytes;
            }
        }
    }

    [Theory]
    [MemberData(nameof(SchemaCatalog.Names), MemberType = typeof(SchemaCatalog))]
    public void A_new_message_survives_every_version_that_can_carry_its_defaults(string name)
    {
        var descriptor = SchemaCatalog.Descriptor(name);
        var written = 0;
        for (var version = descriptor.LowestVersion; version <= descriptor.HighestVersion; version++)
        {
            byte[] bytes;
            try
            {
                bytes = Write(descriptor.Create(), version);
            }
            catch (UnsupportedVersionException error)
            {
                // The default is null and this version does not allow that: Kafka has such fields too.
                Assert.Contains("is null", error.Message);
                continue;
            }

            written++;
            Assert.True(descriptor.Create().ContentEquals(Read(descriptor, bytes, version)), $"{name} version {version}");
        }

        Assert.NotEqual(0, written);
    }

    [Fact]
    public void Versions_outside_the_range_are_refused_by_name()
    {
        foreach (var descriptor in MessageRegistry.Messages)
        {
            foreach (var version in new[] { (short)(descriptor.LowestVersion - 1), (short)(descriptor.HighestVersion + 1) })
            {
                var error = Assert.Throws<UnsupportedVersionException>(() => Write(descriptor.Create(), version));
                Assert.Contains(descriptor.Name, error.Message);
                Assert.Throws<UnsupportedVersionException>(() => Read(descriptor, [], version));
            }
        }
    }

    [Fact]
    public void An_unknown_tag_that_a_later_version_gives_to_a_field_is_kept()
    {
        // Tag 0 of a fetch response is the endpoints of nodes from version 16 on; in version 12 nobody knows it.
        var response = new FetchResponse { UnknownTaggedFields = [new RawTaggedField(0, new byte[] { 1, 2, 3 })] };

        var bytes = Write(response, 12);
        var again = Read(MessageRegistry.Response(ApiKey.Fetch)!, bytes, 12);

        Assert.True(again.ContentEquals(response));
        Assert.Equal(bytes, Write(again, 12));
        Assert.Throws<InvalidOperationException>(() => Write(response, 16));
    }

    private static byte[] Write(IMessage message, short version)
    {
        using var writer = new WireWriter(16);
        message.Write(writer, version);
        return writer.ToArray();
    }

    private static IMessage Read(MessageDescriptor descriptor, byte[] bytes, short version)
    {
        var message = descriptor.Create();
        var reader = new WireReader(bytes);
        message.Read(ref reader, version);
        Assert.Equal(0, reader.Remaining);
        return message;
    }
}
