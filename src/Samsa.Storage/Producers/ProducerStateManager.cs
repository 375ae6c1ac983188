namespace Samsa.Storage.Producers;

/// <summary>
/// Owns the state of the idempotent and transactional producers of one partition log, and its snapshot files (KIP-98, KIP-360).
/// The log's append calls <see cref="Check"/> and <see cref="Update"/> beneath its own lock; any thread may ask; a short
/// lock of its own guards the state. Lives as long as its log. Batches without producer id must not be passed in.
/// Refusals are values; <see cref="StorageException"/> means that a snapshot could not be read from or written to the disk.
/// </summary>
public sealed partial class ProducerStateManager
{
    private readonly long _expirationMs;
    private readonly ProducerSnapshots _snapshots;
    private readonly Lock _lock = new();
    private readonly Dictionary<long, ProducerEntry> _producers = [];
    private readonly OpenTransactions _transactions = new();
    private long _firstUnstableOffset = -1;
    private long _mapEndOffset;
    private long _lastSnapshotOffset;

    /// <summary>An empty state for the log in <paramref name="directory"/>; <see cref="Load"/> reads what is on disk.</summary>
    public ProducerStateManager(string directory, ProducerStateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _expirationMs = options.ExpirationMs;
        _snapshots = new ProducerSnapshots(options.FileSystem, options.Logger, directory);
    }

    /// <summary>The state reflects the log up to here (exclusive).</summary>
    public long MapEndOffset => Volatile.Read(ref _mapEndOffset);

    /// <summary>
    /// First offset of the oldest transaction that is open, or whose marker lies at or above the high watermark; null when
    /// there is none. It may lie below the log start offset after records were deleted; the last stable offset is then
    /// the log start offset.
    /// </summary>
    public long? FirstUnstableOffset => Volatile.Read(ref _firstUnstableOffset) is var offset and >= 0 ? offset : null;

    /// <summary>How many producers are known.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _producers.Count;
            }
        }
    }

    /// <summary>
    /// Decides whether a batch may be appended. Client batches are checked for duplicates, epoch and sequence;
    /// coordinators' for the epoch; replicated ones pass. Allocates nothing unless it refuses.
    /// </summary>
    public ProducerCheckResult Check(in ProducerBatch batch, AppendOrigin origin)
    {
        if (origin == AppendOrigin.Replication)
        {
            return ProducerCheckResult.Accepted;
        }

        lock (_lock)
        {
            // KIP-360: a producer nobody remembers may begin with any sequence.
            if (!_producers.TryGetValue(batch.ProducerId, out var known))
            {
                return ProducerCheckResult.Accepted;
            }

            if (origin == AppendOrigin.Client
                && known.TryFind(batch.ProducerEpoch, batch.BaseSequence, batch.LastSequence, out var found))
            {
                return ProducerCheckResult.Duplicate(found);
            }

            return ProducerChecks.Batch(known, batch, origin);
        }
    }

    /// <summary>
    /// Decides whether a transaction marker may be appended: neither its producer epoch nor its coordinator epoch may be
    /// older than what is known. Replicated markers pass.
    /// </summary>
    public ProducerCheckResult CheckMarker(in TransactionMarker marker, AppendOrigin origin)
    {
        if (origin == AppendOrigin.Replication)
        {
            return ProducerCheckResult.Accepted;
        }

        lock (_lock)
        {
            return _producers.TryGetValue(marker.ProducerId, out var known)
                ? ProducerChecks.Marker(known, marker)
                : ProducerCheckResult.Accepted;
        }
    }

    /// <summary>
    /// Takes in a batch that is now in the log (or is replayed from it): remembers it and opens a transaction when it is the
    /// first of one. Allocates only for a producer that was not known.
    /// </summary>
    public void Update(in ProducerBatch batch)
    {
        lock (_lock)
        {
            var producer = GetOrAdd(batch.ProducerId);
            producer.Add(batch.ProducerEpoch, new BatchMetadata(
                batch.LastSequence, batch.LastOffset, batch.OffsetDelta, batch.Timestamp));
            if (batch.IsTransactional && !producer.HasOpenTransaction)
            {
                producer.CurrentTransactionFirstOffset = batch.FirstOffset;
                _transactions.Begin(batch.FirstOffset, batch.ProducerId);
                PublishFirstUnstableOffset();
            }
        }
    }

    /// <summary>
    /// Takes in a marker that is now in the log (or is replayed from it). Returns the transaction it ended, null when
    /// the producer had none open here.
    /// </summary>
    public CompletedTransaction? CompleteTransaction(in TransactionMarker marker)
    {
        lock (_lock)
        {
            var producer = GetOrAdd(marker.ProducerId);
            var firstOffset = producer.CurrentTransactionFirstOffset;
            producer.EndTransaction(marker);
            if (firstOffset == ProducerEntry.NoOffset)
            {
                return null;
            }

            _transactions.End(firstOffset, marker.ProducerId, marker.Offset);
            PublishFirstUnstableOffset();
            return new CompletedTransaction(
                marker.ProducerId, firstOffset, marker.Offset, marker.IsAbort, _transactions.FirstOpenOffset(marker.Offset + 1));
        }
    }

    /// <summary>True while this producer has a transaction open here in this epoch (KIP-890 verification).</summary>
    public bool HasOpenTransaction(long producerId, short epoch)
    {
        lock (_lock)
        {
            return _producers.TryGetValue(producerId, out var known) && known.HasOpenTransaction && known.Epoch == epoch;
        }
    }

    /// <summary>Notes that the log has grown to <paramref name="logEndOffset"/>, with or without batches of producers.</summary>
    public void UpdateMapEndOffset(long logEndOffset) => Volatile.Write(ref _mapEndOffset, logEndOffset);

    /// <summary>Notes the high watermark: ended transactions below it are stable.</summary>
    public void OnHighWatermark(long highWatermark)
    {
        if (Volatile.Read(ref _firstUnstableOffset) < 0)
        {
            return;
        }

        lock (_lock)
        {
            _transactions.Settle(highWatermark);
            PublishFirstUnstableOffset();
        }
    }

    /// <summary>Every known producer, in no order.</summary>
    public IReadOnlyList<ActiveProducer> ActiveProducers()
    {
        lock (_lock)
        {
            var result = new List<ActiveProducer>(_producers.Count);
            foreach (var producer in _producers.Values)
            {
                result.Add(new ActiveProducer(producer.ProducerId, producer.Epoch, producer.LastSequence, producer.LastTimestamp,
                    producer.CoordinatorEpoch, producer.CurrentTransactionFirstOffset)
                {
                    LastOffset = producer.HasBatches ? producer.Newest.LastOffset : ProducerEntry.NoOffset,
                });
            }

            return result;
        }
    }

    /// <summary>
    /// Forgets producers without open transaction that wrote nothing for <c>producer.id.expiration.ms</c>.
    /// <paramref name="now"/> is in Unix milliseconds. Returns how many went.
    /// </summary>
    public int RemoveExpired(long now)
    {
        lock (_lock)
        {
            List<long>? expired = null;
            foreach (var producer in _producers.Values)
            {
                if (IsExpired(producer, now))
                {
                    (expired ??= []).Add(producer.ProducerId);
                }
            }

            foreach (var id in expired ?? [])
            {
                _producers.Remove(id);
            }

            return expired?.Count ?? 0;
        }
    }

    /// <summary>Follows the log start offset upwards. Producers stay known although their records are gone (KIP-360).</summary>
    public void OnLogStartOffset(long logStartOffset)
    {
        lock (_lock)
        {
            _transactions.Settle(logStartOffset);
            PublishFirstUnstableOffset();
            if (MapEndOffset < logStartOffset)
            {
                UpdateMapEndOffset(logStartOffset);
            }
        }
    }

    private ProducerEntry GetOrAdd(long producerId)
    {
        if (!_producers.TryGetValue(producerId, out var producer))
        {
            producer = new ProducerEntry(producerId);
            _producers.Add(producerId, producer);
        }

        return producer;
    }

    private bool IsExpired(ProducerEntry producer, long now) =>
        !producer.HasOpenTransaction && now - producer.LastTimestamp >= _expirationMs;

    private void PublishFirstUnstableOffset() => Volatile.Write(ref _firstUnstableOffset, _transactions.FirstUnstableOffset);
}
