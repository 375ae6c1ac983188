using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.InteropTests.Compression;

/// <summary>Our codecs against the reference programs, in both directions.</summary>
public sealed class CodecReferenceTests
{
    private const int Limit = 8 * 1024 * 1024;

    private const string PythonUnpackRaw = "import sys, snappy; sys.stdout.buffer.write(snappy.uncompress(sys.stdin.buffer.read()))";
    private const string PythonPackRaw = "import sys, snappy; sys.stdout.buffer.write(snappy.compress(sys.stdin.buffer.read()))";

    // Takes the xerial frame apart and leaves every block to libsnappy.
    private const string PythonUnpackXerial =
        """
        import struct, sys, snappy
        data = sys.stdin.buffer.read()
        assert data[:16] == b'\x82SNAPPY\x00\x00\x00\x00\x01\x00\x00\x00\x01', data[:16]
        at = 16
        while at < len(data):
            size, = struct.unpack('>i', data[at:at + 4])
            block = snappy.uncompress(data[at + 4:at + 4 + size])
            assert 0 < len(block) <= 32768
            sys.stdout.buffer.write(block)
            at += 4 + size
        """;

    private const string PythonPackXerial =
        """
        import struct, sys, snappy
        data = sys.stdin.buffer.read()
        sys.stdout.buffer.write(b'\x82SNAPPY\x00\x00\x00\x00\x01\x00\x00\x00\x01')
        for at in range(0, len(data), 32768):
            block = snappy.compress(data[at:at + 32768])
            sys.stdout.buffer.write(struct.pack('>i', len(block)) + block)
        """;

    [Theory]
    [InlineData(CompressionType.Gzip, -1)]
    [InlineData(CompressionType.Gzip, 9)]
    [InlineData(CompressionType.Lz4, 9)]
    [InlineData(CompressionType.Lz4, 3)]
    [InlineData(CompressionType.Zstd, 3)]
    [InlineData(CompressionType.Zstd, 19)]
    public async Task The_reference_program_reads_what_we_write(CompressionType type, int level)
    {
        var program = ProgramOf(type);
        await ReferenceTool.RequireAsync(program, "--version");
        foreach (var payload in Payloads(seed: 100))
        {
            using var packed = new PooledBuffer();
            Compressor.Compress(type, level, payload, packed);
            Assert.Equal(payload, await ReferenceTool.FilterAsync(packed.Span.ToArray(), program, "-d", "-c"));
        }
    }

    [Theory]
    [InlineData(CompressionType.Gzip, "-1")]
    [InlineData(CompressionType.Gzip, "-9")]
    [InlineData(CompressionType.Lz4, "-1")]
    [InlineData(CompressionType.Lz4, "-9")]
    [InlineData(CompressionType.Lz4, "-BD")] // dependent blocks
    [InlineData(CompressionType.Lz4, "-BX")] // block checksums
    [InlineData(CompressionType.Lz4, "-B4")] // blocks of 64 KiB
    [InlineData(CompressionType.Lz4, "--no-frame-crc")]
    [InlineData(CompressionType.Zstd, "-1")]
    [InlineData(CompressionType.Zstd, "-19")]
    [InlineData(CompressionType.Zstd, "--no-check")]
    public async Task We_read_what_the_reference_program_writes(CompressionType type, string option)
    {
        var program = ProgramOf(type);
        await ReferenceTool.RequireAsync(program, "--version");
        foreach (var payload in Payloads(seed: 200))
        {
            var packed = await ReferenceTool.FilterAsync(payload, program, option, "-c");
            AssertUnpacks(type, packed, payload);
        }
    }

    [Fact]
    public async Task Libsnappy_reads_what_we_write()
    {
        await ReferenceTool.RequireAsync(ReferenceTool.Python, "-c", "import snappy");
        foreach (var payload in Payloads(seed: 300))
        {
            using var packed = new PooledBuffer();
            Compressor.Compress(CompressionType.Snappy, null, payload, packed);
            Assert.Equal(payload, await ReferenceTool.FilterAsync(packed.Span.ToArray(), ReferenceTool.Python, "-c", PythonUnpackXerial));
        }
    }

    [Theory]
    [InlineData(PythonPackRaw)]
    [InlineData(PythonPackXerial)]
    public async Task We_read_what_libsnappy_writes(string script)
    {
        await ReferenceTool.RequireAsync(ReferenceTool.Python, "-c", "import snappy");
        foreach (var payload in Payloads(seed: 400))
        {
            AssertUnpacks(CompressionType.Snappy, await ReferenceTool.FilterAsync(payload, ReferenceTool.Python, "-c", script), payload);
        }
    }

    [Fact]
    public async Task Libsnappy_refuses_what_we_refuse()
    {
        await ReferenceTool.RequireAsync(ReferenceTool.Python, "-c", "import snappy");
        byte[] copyBeforeStart = [4, 0x0d, 0x05];
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReferenceTool.FilterAsync(copyBeforeStart, ReferenceTool.Python, "-c", PythonUnpackRaw));
        using var output = new PooledBuffer();
        Assert.Equal(DecompressionStatus.Corrupt, Compressor.Decompress(CompressionType.Snappy, copyBeforeStart, output, Limit));
    }

    private static string ProgramOf(CompressionType type) => type switch
    {
        CompressionType.Gzip => "gzip",
        CompressionType.Lz4 => "lz4",
        _ => "zstd",
    };

    private static void AssertUnpacks(CompressionType type, byte[] packed, byte[] payload)
    {
        using var output = new PooledBuffer();
        Assert.Equal(DecompressionStatus.Done, Compressor.Decompress(type, packed, output, Limit));
        Assert.Equal(payload, output.Span.ToArray());
    }

    /// <summary>Empty, tiny, repetitive, incompressible and mixed, around the block sizes of the codecs.</summary>
    private static IEnumerable<byte[]> Payloads(int seed)
    {
        var random = new Random(seed);
        yield return [];
        yield return [42];
        yield return new byte[300_000];
        foreach (var length in (int[])[100, 32_767, 32_768, 32_769, 65_536, 65_537, 1_000_000])
        {
            var mixed = new byte[length];
            for (var at = 0; at < length;)
            {
                // Stretches of noise and of small alphabets: literals and matches of all lengths.
                var run = Math.Min(random.Next(1, 5_000), length - at);
                var alphabet = random.Next(3) switch { 0 => 2, 1 => 16, _ => 256 };
                for (var end = at + run; at < end; at++)
                {
                    mixed[at] = (byte)random.Next(alphabet);
                }
            }

            yield return mixed;
        }
    }
}
