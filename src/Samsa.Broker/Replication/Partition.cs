using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Epochs;
using Samsa.Storage.Validation;

namespace Samsa.Broker.Replication;

/// <summary>
/// Owns: the broker's role for one partition (leader epoch, high watermark) and the fetches that wait on it; its log
/// belongs to the log manager.
/// Threads: any; appends are ordered by the log's own lock, the waiting list by a short lock here.
/// Lifetime: from the topic's creation (or the broker's start) to its deletion.
/// Failure: a broken disk makes the log unavailable; every call then answers KAFKA_STORAGE_ERROR.
/// </summary>
public sealed class Partition
{
    private readonly Lock _parkedLock = new();
    private readonly Lock _highWatermarkLock = new();
    private readonly List<ParkedFetch> _parked = [];
    private readonly bool _flushOnAck;
    private volatile int _parkedCount;
    private volatile bool _offline;

    /// <summary>Takes the leading role for a log. On one node every record in the log is committed, so the high watermark is its end.</summary>
    public Partition(PartitionLog log, int leaderEpoch, bool flushOnAck)
    {
        ArgumentNullException.ThrowIfNull(log);
        Log = log;
        LeaderEpoch = leaderEpoch;
        _flushOnAck = flushOnAck;
        log.UpdateHighWatermark(log.LogEndOffset);
    }

    /// <summary>Which partition this is.</summary>
    public TopicPartition TopicPartition => Log.TopicPartition;

    /// <summary>The partition's log.</summary>
    public PartitionLog Log { get; }

    /// <summary>The epoch of the present leadership.</summary>
    public int LeaderEpoch { get; }

    /// <summary>False once the disk under the log failed: every access then answers KAFKA_STORAGE_ERROR.</summary>
    public bool IsOnline => !_offline;

    /// <summary>How many fetches wait for data of this partition now.</summary>
    public int Waiting => _parkedCount;

    /// <summary>Checks the leader epoch that a client believes in (KIP-320); -1 asks for no check.</summary>
    public ErrorCode CheckLeaderEpoch(int currentLeaderEpoch) =>
        currentLeaderEpoch < 0 || currentLeaderEpoch == LeaderEpoch ? ErrorCode.None
        : currentLeaderEpoch < LeaderEpoch ? ErrorCode.FencedLeaderEpoch
        : ErrorCode.UnknownLeaderEpoch;

    /// <summary>
    /// Where the records of <paramref name="epoch"/> end (KIP-101). The cache of the log learns the epoch of this leadership
    /// with its first append; until then it begins at the end of the log.
    /// </summary>
    public EpochEndOffset EndOffsetFor(int epoch)
    {
        var logEnd = Log.LogEndOffset;
        if (epoch == LeaderEpoch)
        {
            return new EpochEndOffset(epoch, logEnd);
        }

        var end = Log.LeaderEpochs.EndOffsetFor(epoch, logEnd);
        return end.Epoch >= 0 || epoch < 0 || epoch > LeaderEpoch ? end : new EpochEndOffset(Log.LeaderEpochs.LatestEpoch ?? epoch, logEnd);
    }

    /// <summary>The epoch in which the record at <paramref name="offset"/> was, or would be, written; -1 when that is not known.</summary>
    public int EpochForOffset(long offset) =>
        Log.LeaderEpochs.EpochForOffset(offset) ?? (offset == Log.LogEndOffset ? LeaderEpoch : -1);

    /// <summary>
    /// Appends validated batches on the caller's thread. Unless <c>samsa.flush.on.ack</c> is set they are visible to
    /// consumers when this returns; otherwise only after <see cref="CommitAsync"/>.
    /// </summary>
    public LogAppendResult Append(in ValidatedRecords records, AppendOrigin origin)
    {
        var result = Log.Append(records.Bytes.Span, LeaderEpoch, origin, records.LogAppendTime);
        if (result.Error == ErrorCode.None && !result.IsDuplicate && !_flushOnAck)
        {
            AdvanceHighWatermark(result.LastOffset + 1, records.Bytes.Length);
        }

        return result;
    }

    /// <summary>
    /// Completes when what was appended may be acknowledged: at once, or after the fsync that <c>samsa.flush.on.ack</c>
    /// asks for. Callers share one fsync (group commit).
    /// </summary>
    /// <exception cref="StorageException">The disk failed; the records must not be acknowledged.</exception>
    public ValueTask CommitAsync(in LogAppendResult result, int bytes) =>
        _flushOnAck && result.Error == ErrorCode.None ? FlushThenCommitAsync(result.LastOffset + 1, bytes) : ValueTask.CompletedTask;

    /// <summary>The exclusive upper bound that a reader of the given isolation may see.</summary>
    public long VisibleEnd(FetchIsolation isolation) => isolation switch
    {
        FetchIsolation.LogEnd => Log.LogEndOffset,
        FetchIsolation.HighWatermark => Log.HighWatermark,
        _ => Log.LastStableOffset,
    };

    /// <summary>Wakes every waiting fetch: the partition goes away or its answer changed without new data.</summary>
    public void WakeAll()
    {
        lock (_parkedLock)
        {
            foreach (var fetch in _parked)
            {
                fetch.Wake();
            }
        }
    }

    /// <summary>The disk failed: answers change from now on, and whoever waits is answered.</summary>
    internal void TakeOffline()
    {
        _offline = true;
        WakeAll();
    }

    internal void Park(ParkedFetch fetch)
    {
        lock (_parkedLock)
        {
            _parked.Add(fetch);
            _parkedCount = _parked.Count;
        }

        // The fetch looks at the log once more after this; the barrier keeps that read behind the registration.
        Interlocked.MemoryBarrier();
    }

    internal void Unpark(ParkedFetch fetch)
    {
        lock (_parkedLock)
        {
            _parked.Remove(fetch);
            _parkedCount = _parked.Count;
        }
    }

    private async ValueTask FlushThenCommitAsync(long upToOffset, int bytes)
    {
        await Log.FlushAsync(upToOffset).ConfigureAwait(false);
        AdvanceHighWatermark(upToOffset, bytes);
    }

    private void AdvanceHighWatermark(long offset, int bytes)
    {
        // Appends of two connections may arrive here in the other order: the high watermark only ever rises.
        lock (_highWatermarkLock)
        {
            if (offset > Log.HighWatermark)
            {
                Log.UpdateHighWatermark(offset);
            }
        }

        Interlocked.MemoryBarrier();
        if (_parkedCount == 0)
        {
            return;
        }

        lock (_parkedLock)
        {
            foreach (var fetch in _parked)
            {
                fetch.OnVisible(bytes);
            }
        }
    }
}
