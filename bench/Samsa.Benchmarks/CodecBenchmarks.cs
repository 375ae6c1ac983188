using System.Text;
using BenchmarkDotNet.Attributes;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Benchmarks;

/// <summary>Every codec over 128 KiB of JSON-like text.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class CodecBenchmarks
{
    private const int Size = 128 * 1024;

    private readonly PooledBuffer _output = new(2 * Size);
    private byte[] _plain = [];
    private byte[] _packed = [];

    [Params(CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd)]
    public CompressionType Codec { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var text = new StringBuilder();
        while (text.Length < Size)
        {
            text.Append($"{{\"id\":{random.Next()},\"user\":\"user-{random.Next(5000)}\",\"amount\":{random.NextDouble():F3},\"state\":\"open\"}}\n");
        }

        _plain = Encoding.UTF8.GetBytes(text.ToString())[..Size];
        Compress();
        _packed = _output.Span.ToArray();
    }

    [GlobalCleanup]
    public void Cleanup() => _output.Dispose();

    [Benchmark]
    public int Compress()
    {
        _output.Clear();
        Compressor.Compress(Codec, null, _plain, _output);
        return _output.Length;
    }

    [Benchmark]
    public DecompressionStatus Decompress()
    {
        _output.Clear();
        return Compressor.Decompress(Codec, _packed, _output, Size);
    }
}
