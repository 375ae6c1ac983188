using BenchmarkDotNet.Attributes;
using Samsa.Protocol.Records;

namespace Samsa.Benchmarks;

/// <summary>Building, checking and walking a batch of 1000 records of 100 bytes.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class RecordBenchmarks
{
    private readonly byte[] _value = new byte[100];
    private RecordBatchBuilder _builder = new(new RecordBatchOptions());
    private byte[] _batch = [];

    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(_value);
        _builder = new RecordBatchBuilder(new RecordBatchOptions());
        _batch = Fill().ToArray();
    }

    [GlobalCleanup]
    public void Cleanup() => _builder.Dispose();

    [Benchmark]
    public int Build() => Fill().Length;

    [Benchmark]
    public bool CheckCrc() => RecordBatch.IsCrcValid(_batch);

    [Benchmark]
    public long Walk()
    {
        var sum = 0L;
        var records = new RecordEnumerator(_batch);
        while (records.MoveNext())
        {
            sum += records.Current.Value.Length;
        }

        return sum;
    }

    private Memory<byte> Fill()
    {
        _builder.Reset(new RecordBatchOptions());
        for (var i = 0; i < 1000; i++)
        {
            _builder.Append(1_795_220_000_000 + i, "key"u8, _value);
        }

        return _builder.Build();
    }
}
