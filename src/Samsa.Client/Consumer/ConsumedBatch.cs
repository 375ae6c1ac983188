using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Diagnostics;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer;

/// <summary>
/// A record batch that was fetched, its records as views into memory that is lent: all of it is valid until the consumer moves on.
/// Enumerating it gives the records from the consumer's position on, decompressed where needed.
/// </summary>
public sealed class ConsumedBatch
{
    private readonly ConsumerCore _core;
    private readonly RecordReader _reader;
    private FetchedPartition? _fetched;

    internal ConsumedBatch(ConsumerCore core, RecordReader reader)
    {
        _core = core;
        _reader = reader;
    }

    /// <summary>The partition.</summary>
    public TopicPartition Partition { get; private set; }

    /// <summary>The whole batch (or message, before Kafka 0.11) as the broker sent it; it may begin before <see cref="FirstOffset"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>The position before this batch: records of lower offsets are skipped.</summary>
    public long FirstOffset { get; private set; }

    /// <summary>The position after this batch.</summary>
    public long NextOffset { get; private set; }

    /// <summary>The leader epoch under which the batch was written, -1 for unknown.</summary>
    public int LeaderEpoch { get; private set; }

    /// <summary>The codec.</summary>
    public CompressionType Compression => View.Compression;

    /// <summary>What the timestamps mean.</summary>
    public TimestampType TimestampType => View.TimestampType;

    /// <summary>The records from <see cref="FirstOffset"/> on; an upper bound where compaction has left gaps.</summary>
    internal int MostRecords
    {
        get
        {
            var view = View;
            var wanted = NextOffset - FirstOffset;
            return (int)(view.Magic == RecordBatch.CurrentMagic ? Math.Min(view.Header.RecordCount, wanted) : wanted);
        }
    }

    private RecordBatchView View
    {
        get
        {
            var batches = new RecordBatchEnumerator(Bytes.Span);
            return batches.MoveNext() ? batches.Current : throw new InvalidOperationException("The consumer has moved on.");
        }
    }

    /// <summary>The records, in order.</summary>
    /// <exception cref="ConsumeException">The records are corrupt; thrown while enumerating, after those before the fault.</exception>
    public ConsumedRecords GetEnumerator()
    {
        try
        {
            return new(this, _reader.Read(View));
        }
        catch (CodecUnavailableException e)
        {
            _core.Assignment.Rewind(_fetched!.State, _fetched.Generation, FirstOffset);
            throw new ConsumeException(ErrorCode.UnsupportedCompressionType, Partition, FirstOffset, e.Message, e);
        }
    }

    /// <summary>
    /// Begins the program's work on a record of this batch: a span that goes on with the record's trace, and a measurement. To be disposed at the
    /// end.
    /// </summary>
    public RecordProcessing StartProcessing(in RecordView record) => _core.Telemetry.StartProcessing(
        Partition, record.Offset, record.Value.IsNull, ConsumerTelemetry.IsTraced ? TraceContext.Read(record.Headers) : default);

    internal bool TryFill(FetchedPartition fetched)
    {
        _fetched = fetched;
        Partition = fetched.State.Id;
        Bytes = fetched.Batch;
        FirstOffset = fetched.FirstOffset;
        NextOffset = fetched.NextOffset;
        LeaderEpoch = fetched.Epoch;
        return _core.TryAdvance(fetched.State, fetched.Generation, fetched.NextOffset, fetched.Epoch);
    }

    /// <summary>The caller took only the records before <paramref name="position"/>.</summary>
    internal void ReturnFrom(long position) => _core.Assignment.Return(_fetched!.State, _fetched.Generation, position);

    internal ConsumeException Corrupt(long offset, RecordFault fault) => _core.Corrupt(_fetched!, offset, fault);
}
