using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Samsa.UnitTests.Fuzzing;
using Samsa.UnitTests.Protocol.Schemas;
using Xunit;

namespace Samsa.UnitTests.Protocol;

/// <summary>Whatever a peer sends, reading it gives a message or a <see cref="ProtocolViolationException"/>, for a bounded price.</summary>
[Collection(AloneCollection.Name)]
public sealed class HostileBytesTests
{
    /// <summary>
    /// The most a byte of input may allocate: the worst shapes are lists of small objects (three bytes on the wire can ask for an
    /// object with a list and a string of its own).
    /// </summary>
    private const int BytesPerInputByte = 64;

    /// <summary>The price of an exception with its message, and of the message object itself.</summary>
    private const int FixedBytes = 8 * 1024;

    [Theory]
    [MemberData(nameof(SchemaCatalog.Names), MemberType = typeof(SchemaCatalog))]
    public void Cut_mutated_and_random_bytes_never_give_anything_but_a_message_or_a_violation(string name)
    {
        var descriptor = SchemaCatalog.Descriptor(name);
        for (var version = descriptor.LowestVersion; version <= descriptor.HighestVersion; version++)
        {
            for (var seed = 0; seed < 12; seed++)
            {
                var random = new Random(seed);
                var valid = SchemaEncoder.Encode(SchemaCatalog.Messages[name], version, random);
                if (valid.Length > 0)
                {
                    Assert.True(Survives(descriptor, version, valid.AsMemory(0, random.Next(valid.Length)), seed) is not null,
                        $"{name} version {version} seed {seed}: a cut message was read");
                }

                Survives(descriptor, version, Mutate(valid, random), seed);
                var noise = new byte[random.Next(1, 200)];
                random.NextBytes(noise);
                Survives(descriptor, version, noise, seed);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_length_beyond_the_input_is_refused_before_anything_is_allocated_for_it(bool flexible)
    {
        // An array, a string and bytes that claim 2 GiB.
        byte[] input = flexible ? [0xff, 0xff, 0xff, 0xff, 0x07] : [0x7f, 0xff, 0xff, 0xff];
        Assert.Throws<ProtocolViolationException>(() => new WireReader(input).ReadArrayLength(flexible, 1));
        Assert.Throws<ProtocolViolationException>(() => new WireReader(input).ReadString(flexible));
        Assert.Throws<ProtocolViolationException>(() => new WireReader(input).ReadBytes(flexible));
        Assert.Throws<ProtocolViolationException>(() => ReadList(input));

        void ReadList(byte[] bytes)
        {
            var reader = new WireReader(bytes);
            ListCodec.ReadInt64(ref reader, flexible);
        }
    }

    [Fact]
    public void Lengths_below_minus_one_are_refused()
    {
        Assert.Throws<ProtocolViolationException>(() => new WireReader(new byte[] { 0xff, 0xfe }).ReadString(false));
        Assert.Throws<ProtocolViolationException>(() => new WireReader(new byte[] { 0xff, 0xff, 0xff, 0xfe }).ReadBytes(false));
        Assert.Throws<ProtocolViolationException>(() => new WireReader(new byte[] { 0xff, 0xff, 0xff, 0xfe }).ReadArrayLength(false, 1));
        Assert.Throws<ProtocolViolationException>(() => new WireReader(new byte[] { 0xff, 0xff, 0xff, 0xff, 0x0f }).ReadBytes(true));
    }

    [Fact]
    public void A_null_where_the_version_allows_none_is_refused_by_the_name_of_the_field()
    {
        // Metadata version 0: the array of topics is null, which means "all" only from version 1 on.
        var error = Assert.Throws<ProtocolViolationException>(() => Read(new MetadataRequest(), [0xff, 0xff, 0xff, 0xff], 0));
        Assert.Contains("MetadataRequest.Topics", error.Message);
    }

    [Fact]
    public void Tagged_fields_must_rise_and_fill_their_size()
    {
        // ApiVersions version 3: two empty compact strings, then the tags.
        Assert.Throws<ProtocolViolationException>(() => Read(new ApiVersionsRequest(), [1, 1, 2, 5, 0, 5, 0], 3));
        Assert.Throws<ProtocolViolationException>(() => Read(new ApiVersionsRequest(), [1, 1, 2, 5, 0, 4, 0], 3));
        Assert.Throws<ProtocolViolationException>(() => Read(new ApiVersionsRequest(), [1, 1, 1, 5, 9, 0], 3));

        // Fetch version 15, tag 1 is a struct of 13 bytes; here its size says 12.
        using var writer = new WireWriter();
        new FetchRequest { ReplicaState = { ReplicaId = 1, ReplicaEpoch = 2 } }.Write(writer, 15);
        var bytes = writer.ToArray();
        var size = bytes.AsSpan().LastIndexOf((byte)13);
        bytes[size] = 12;
        Assert.Throws<ProtocolViolationException>(() => Read(new FetchRequest(), bytes, 15));
    }

    private static byte[] Mutate(byte[] valid, Random random)
    {
        var bytes = (byte[])valid.Clone();
        for (var i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = random.Next(3) switch { 0 => 0xff, 1 => 0x7f, _ => (byte)random.Next(256) };
        }

        return bytes;
    }

    /// <summary>Reads the bytes and returns the violation, if there was one. Anything else thrown fails the test by itself.</summary>
    private static ProtocolViolationException? Survives(MessageDescriptor descriptor, short version, ReadOnlyMemory<byte> bytes, int seed)
    {
        ProtocolViolationException? violation = null;
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            var reader = new WireReader(bytes);
            descriptor.Create().Read(ref reader, version);
        }
        catch (ProtocolViolationException error)
        {
            violation = error;
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated <= FixedBytes + ((long)bytes.Length * BytesPerInputByte),
            $"{descriptor.Name} version {version} seed {seed}: {bytes.Length} bytes allocated {allocated}");
        return violation;
    }

    private static void Read(IMessage message, byte[] bytes, short version)
    {
        var reader = new WireReader(bytes);
        message.Read(ref reader, version);
    }
}
