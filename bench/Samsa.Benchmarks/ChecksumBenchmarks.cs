using BenchmarkDotNet.Attributes;
using Samsa.Protocol.Records;

namespace Samsa.Benchmarks;

/// <summary>Both checksums over a small record, a usual batch and a large one.</summary>
[ShortRunJob]
public class ChecksumBenchmarks
{
    private byte[] _bytes = [];

    [Params(100, 16 * 1024, 1024 * 1024)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _bytes = new byte[Length];
        new Random(1).NextBytes(_bytes);
    }

    [Benchmark]
    public uint Castagnoli() => Crc32C.Compute(_bytes);

    [Benchmark]
    public uint Ieee() => Crc32.Compute(_bytes);
}
