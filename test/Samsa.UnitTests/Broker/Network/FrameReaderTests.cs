using System.Buffers.Binary;
using Samsa.Broker.Network;
using Samsa.Protocol.Wire;
using Xunit;

namespace Samsa.UnitTests.Broker.Network;

public sealed class FrameReaderTests : IDisposable
{
    private const int MaxFrameBytes = 10 << 20;

    private readonly CountingPool _pool = new();
    private readonly MemoryTransport _transport = new();

    public void Dispose() => _transport.Dispose();

    [Fact]
    public async Task Frames_are_found_whatever_the_split()
    {
        byte[] stream = [.. Frame(1), .. Frame(7), .. Frame(300), .. Frame(3)];
        for (var split = 0; split <= stream.Length; split++)
        {
            for (var second = split; second <= stream.Length; second += 1 + (second - split) / 8)
            {
                var transport = new MemoryTransport();
                Arrive(transport, stream[..split], stream[split..second], stream[second..]);
                transport.End();
                await ExpectAsync(transport, 1, 7, 300, 3);
            }
        }

        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task Frames_are_found_byte_by_byte()
    {
        byte[] stream = [.. Frame(5), .. Frame(1), .. Frame(40)];
        foreach (var b in stream)
        {
            _transport.Arrive(b);
        }

        _transport.End();
        await ExpectAsync(_transport, 5, 1, 40);
    }

    [Theory]
    [InlineData(4091)]
    [InlineData(4092)]
    [InlineData(4093)]
    [InlineData(4096)]
    [InlineData(8192)]
    [InlineData(1 << 20)]
    [InlineData((2 << 20) - 1)]
    [InlineData((2 << 20) + 36)]
    [InlineData((2 << 20) + 37)]
    [InlineData((2 << 20) + 38)]
    [InlineData(9 << 20)]
    public async Task Frames_around_the_sizes_of_the_buffers_are_found_between_others(int length)
    {
        byte[] stream = [.. Frame(10), .. Frame(length), .. Frame(20), .. Frame(length), .. Frame(4000), .. Frame(30)];
        foreach (var piece in (int[])[stream.Length, 65536, 5000])
        {
            var transport = new MemoryTransport();
            Arrive(transport, [.. stream.Chunk(piece)]);
            transport.End();
            await ExpectAsync(transport, 10, length, 20, length, 4000, 30);
        }

        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task Random_streams_in_random_pieces_give_their_frames()
    {
        const int seed = 4711;
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var lengths = Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(1, random.Next(2, 20000))).ToArray();
            var stream = lengths.SelectMany(Frame).ToArray();
            var transport = new MemoryTransport();
            for (var at = 0; at < stream.Length;)
            {
                var end = Math.Min(stream.Length, at + random.Next(1, random.Next(2, 9000)));
                transport.Arrive(stream[at..end]);
                at = end;
            }

            transport.End();
            await ExpectAsync(transport, lengths);
        }

        Assert.Equal(0, _pool.Outstanding);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(MaxFrameBytes + 1)]
    public async Task A_length_out_of_bounds_is_a_violation_before_anything_is_rented(int length)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        _transport.Arrive(bytes);

        var e = await Assert.ThrowsAsync<ProtocolViolationException>(async () => await Reader(_transport).ReadAsync(CancellationToken.None));

        Assert.Contains($"length is {length};", e.Message, StringComparison.Ordinal);
        Assert.Contains("socket.request.max.bytes", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, _pool.Rented);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4091, 0)]
    [InlineData(4092, 2 << 20)]
    [InlineData((2 << 20) + 36, 2 << 20)]
    [InlineData((2 << 20) + 37, 4 * ((2 << 20) + 37))]
    [InlineData(9 << 20, MaxFrameBytes)]
    public async Task A_buffer_grows_with_what_has_arrived_not_with_what_is_announced(int arrived, int buffer)
    {
        _transport.Arrive(Frame(MaxFrameBytes)[..(4 + arrived)]);
        var reader = Reader(_transport);
        var reading = reader.ReadAsync(CancellationToken.None).AsTask();
        await _transport.UntilAsync(t => t.ReceivesWaiting > 0);

        Assert.Equal(buffer, _pool.Longest);
        Assert.Equal(1, reader.IncompleteFrame);

        _transport.End();
        Assert.Null(await reading);
        Assert.Equal(0, _pool.Outstanding);
        Assert.Equal(0, reader.IncompleteFrame);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(103)]
    public async Task A_stream_that_ends_inside_a_frame_just_ends(int bytes)
    {
        _transport.Arrive(Frame(100)[..bytes]);
        _transport.End();

        Assert.Null(await Reader(_transport).ReadAsync(CancellationToken.None));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task It_knows_whether_the_next_frame_is_complete()
    {
        var reader = Reader(_transport);
        _transport.Arrive([.. Frame(10), .. Frame(10), .. Frame(10)[..13]]);
        (await reader.ReadAsync(CancellationToken.None))!.Dispose();
        Assert.True(reader.HasCompleteFrame);
        (await reader.ReadAsync(CancellationToken.None))!.Dispose();
        Assert.False(reader.HasCompleteFrame);
    }

    [Fact]
    public async Task A_frame_waits_while_others_use_the_memory_and_goes_on_when_they_give_it_back()
    {
        var memory = new RequestMemory(100, _pool);
        var reader = new FrameReader(_transport, memory, MaxFrameBytes);
        _transport.Arrive([.. Frame(150), .. Frame(10)]);
        var first = await reader.ReadAsync(CancellationToken.None);

        var second = reader.ReadAsync(CancellationToken.None).AsTask();
        Assert.False(second.IsCompleted);
        first!.Dispose();

        (await second.WaitAsync(TimeSpan.FromSeconds(120)))!.Dispose();
        Assert.Equal(0, memory.UsedBytes);
        Assert.Equal(0, _pool.Outstanding);
    }

    private static byte[] Frame(int length)
    {
        var frame = new byte[4 + length];
        BinaryPrimitives.WriteInt32BigEndian(frame, length);
        for (var i = 4; i < frame.Length; i++)
        {
            frame[i] = (byte)(length + i * 31);
        }

        return frame;
    }

    private static void Arrive(MemoryTransport transport, params byte[][] pieces)
    {
        foreach (var piece in pieces.Where(p => p.Length > 0))
        {
            transport.Arrive(piece);
        }
    }

    private FrameReader Reader(MemoryTransport transport) => new(transport, new RequestMemory(-1, _pool), MaxFrameBytes);

    private async Task ExpectAsync(MemoryTransport transport, params int[] lengths)
    {
        var reader = Reader(transport);
        foreach (var length in lengths)
        {
            using var frame = await reader.ReadAsync(CancellationToken.None);
            Assert.NotNull(frame);
            Assert.Equal(length, frame.Length);
            Assert.True(frame.Bytes.Span.SequenceEqual(Frame(length).AsSpan(4)), $"The bytes of the frame of {length} differ.");
        }

        Assert.Null(await reader.ReadAsync(CancellationToken.None));
    }
}
