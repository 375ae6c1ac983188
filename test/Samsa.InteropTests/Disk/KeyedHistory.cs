using System.Globalization;
using System.Text;
using Samsa.Protocol.Records;

namespace Samsa.InteropTests.Disk;

/// <summary>
/// Batches of keyed records from a seed, the same bytes for every broker: keys again and again, tombstones, headers, every codec,
/// batches of two idempotent producers and of none. Times are a day old and step over <see cref="SegmentMs"/> where a segment ends.
/// </summary>
internal sealed class KeyedHistory(int seed)
{
    /// <summary>What <c>segment.ms</c> has to be.</summary>
    public const long SegmentMs = 60_000;

    private const int Keys = 40;

    private readonly Random _random = new(seed);
    private readonly int[] _sequences = [0, 0];
    private long _time = TimeProvider.System.GetUtcNow().AddDays(-1).ToUnixTimeMilliseconds();
    private int _batches;
    private int _records;

    /// <summary>What a reader of everything in order knows of each key in the end; null after a tombstone.</summary>
    public Dictionary<string, string?> Latest { get; } = [];

    /// <summary>The batches of one segment; the next call begins another one.</summary>
    /// <param name="batches">How many.</param>
    /// <param name="valueBytes">How long a value is at most.</param>
    public List<byte[]> Segment(int batches, int valueBytes = 120)
    {
        _time += SegmentMs + 1;
        return [.. Enumerable.Range(0, batches).Select(_ => Batch(valueBytes))];
    }

    private byte[] Batch(int valueBytes)
    {
        int producer = _random.Next(3) - 1;
        int count = _random.Next(1, 12);
        RecordBatchOptions options = new() { Compression = (CompressionType)(_batches++ % 5) };
        if (producer >= 0)
        {
            options = options with { ProducerId = 1000 + producer, ProducerEpoch = 0, BaseSequence = _sequences[producer] };
            _sequences[producer] += count;
        }

        using RecordBatchBuilder builder = new(options);
        for (int i = 0; i < count; i++)
        {
            // A third of all records goes to five keys; every twentieth has a key that never comes again.
            string key = _random.Next(20) == 0 ? $"once-{_records}" : $"key-{_random.Next(_random.Next(3) == 0 ? 5 : Keys)}";
            string? value = _random.Next(6) == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"value-{_records}-{Text(_random.Next(valueBytes))}");
            _records++;
            Latest[key] = value;
            RecordHeader[] headers = _random.Next(4) == 0 ? [new RecordHeader("h", Encoding.UTF8.GetBytes(key))] : [];
            builder.Append(_time++, Encoding.UTF8.GetBytes(key), value is null ? null : Encoding.UTF8.GetBytes(value), headers);
        }

        return builder.Build().ToArray();
    }

    // Not so regular that a codec makes nothing of it.
    private string Text(int length) => string.Create(length, _random, static (text, random) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = (char)('a' + random.Next(26));
        }
    });
}
