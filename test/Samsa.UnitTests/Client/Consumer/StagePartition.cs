using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>A partition of a <see cref="ConsumerStage"/>: its batches as a broker would send them, and what else it answers.</summary>
internal sealed class StagePartition(string topic, int partition)
{
    private readonly List<byte[]> _batches = [];

    public TopicPartition Id => new(topic, partition);

    public int Leader { get; set; } = 1;

    public int Epoch { get; set; } = 1;

    /// <summary>The leader that metadata still names; null for the true one.</summary>
    public (int Leader, int Epoch)? ToldLeader { get; set; }

    /// <summary>Whether a broker that does not lead names the one that does (KIP-951).</summary>
    public bool NamesLeader { get; set; }

    public long LogStart { get; set; }

    public long End { get; private set; }

    public long? LastStableOffset { get; set; }

    /// <summary>What is answered instead of data, per fetch.</summary>
    public Queue<ErrorCode> Errors { get; } = new();

    public List<FetchResponse.AbortedTransaction> Aborted { get; } = [];

    /// <summary>What OffsetForLeaderEpoch answers; null is the whole log.</summary>
    public (int Epoch, long EndOffset)? EpochEnd { get; set; }

    public int PreferredReplica { get; set; } = -1;

    /// <summary>Cuts off so many bytes of an answer that has more than one batch.</summary>
    public int CutOff { get; set; }

    /// <summary>The most batches of one answer.</summary>
    public int BatchesAtOnce { get; set; } = int.MaxValue;

    /// <summary>Appends bytes that are a batch ending at <paramref name="lastOffset"/>.</summary>
    public StagePartition Add(byte[] batch, long? lastOffset = null)
    {
        lock (_batches)
        {
            _batches.Add(batch);
            End = (lastOffset ?? new RecordBatchHeader(batch).LastOffset) + 1;
        }

        return this;
    }

    /// <summary>Appends a batch of so many records from the end of the log on: k0=v0 for offset 0, and so on.</summary>
    public StagePartition Add(int count, CompressionType codec = CompressionType.None) =>
        Add(Batches.Make(new RecordBatchOptions { BaseOffset = End, Compression = codec, PartitionLeaderEpoch = Epoch }, count));

    public bool HasData(long from) => from < End;

    public ReadOnlyMemory<byte> Read(long from)
    {
        lock (_batches)
        {
            var wanted = _batches.Where(b => new RecordBatchEnumerator(b) is var e && LastOffset(e) >= from).Take(BatchesAtOnce).ToList();
            var bytes = wanted.SelectMany(b => b).ToArray();
            return wanted.Count > 1 && CutOff > 0 ? bytes.AsMemory(0, bytes.Length - CutOff) : bytes;
        }
    }

    private static long LastOffset(RecordBatchEnumerator batches)
    {
        long last = -1;
        while (batches.MoveNext())
        {
            last = batches.Current.LastOffset;
        }

        return last;
    }
}
