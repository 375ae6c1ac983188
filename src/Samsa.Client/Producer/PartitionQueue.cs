using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>
/// The batches of one partition, in order: the last one may be open, the first ones may wait to be sent again, some are under way.
/// Owns them from their first record until they are settled, and the partition's sequence. Entered from any thread, under its gate; senders
/// take batches out and give them back. Lives with the producer; its failures are verdicts for a batch.
/// </summary>
/// <remarks>
/// Order is kept by four rules. A batch that comes back takes its old place. As long as one waits to be sent again, it is sent alone, after
/// everything under way has been answered. Nothing goes to a new leader while the old one still owes an answer. And no batch is sent too far
/// ahead of the oldest one that is not settled.
/// </remarks>
internal sealed class PartitionQueue(string topic, int partition, ProducerContext context)
{
    private readonly Lock _gate = new();
    private readonly List<ProducerBatch> _queued = [];
    private readonly List<ProducerBatch> _underWay = [];
    private BrokerSender? _underWayTo;
    private volatile BrokerSender? _sender;
    private volatile int _waiting;
    private ProducerIdentity _identity = ProducerIdentity.None;
    private ProducerIdentity _proven = ProducerIdentity.None;
    private int _nextSequence;
    private bool _hasGap;
    private int _limit = context.BatchSize;
    private long _nextOrdinal;
    private long _retryAt;

    public string Topic => topic;

    public int Partition => partition;

    /// <summary>Who sends to the leader; null while there is none. A batch that failed does not wait out its back-off before another leader gets it (KIP-951).</summary>
    public BrokerSender? Sender
    {
        get => _sender;
        set
        {
            lock (_gate)
            {
                _retryAt = value == _sender ? _retryAt : 0;
                _sender = value;
            }
        }
    }

    /// <summary>Whether batches wait to be sent, as a glance without the gate.</summary>
    public bool HasWaiting => _waiting > 0;

    /// <summary>How many batches wait to be sent, as a glance without the gate.</summary>
    public int Waiting => _waiting;

    /// <summary>How many batches were begun so far, as a glance without the gate.</summary>
    public long Begun => Volatile.Read(ref _nextOrdinal);

    /// <summary>Puts a record into a batch.</summary>
    /// <param name="record">The record.</param>
    /// <param name="mostBytes">Its <see cref="RecordParts.MostBytes"/>.</param>
    /// <param name="timestamp">Its timestamp in ms.</param>
    /// <param name="delivery">Who waits for its result, or null.</param>
    /// <param name="mayMove">Whether another partition may have it when a new batch is needed here.</param>
    /// <param name="reserved">Bytes of the budget that the caller holds; 0 once they are used.</param>
    /// <exception cref="ObjectDisposedException">The producer accepts nothing any more.</exception>
    public AppendResult TryAppend(
        in RecordParts record, long mostBytes, long timestamp, PendingDelivery? delivery, bool mayMove, ref int reserved)
    {
        var result = AppendResult.Appended;
        long wakeAt = 0;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(context.IsClosed, typeof(KafkaProducer));
            if (_queued.Count > 0 && _queued[^1] is { IsOpen: true } open)
            {
                var fits = open.TryAppend(record, mostBytes, timestamp, delivery);
                if (fits && !open.IsFull)
                {
                    return AppendResult.Appended;
                }

                open.IsOpen = false;
                if (!fits)
                {
                    result = mayMove ? AppendResult.MoveOn : Open(record, mostBytes, timestamp, delivery, ref reserved);
                }
            }
            else
            {
                result = Open(record, mostBytes, timestamp, delivery, ref reserved);
                if (result != AppendResult.Appended)
                {
                    return result;
                }

                if (_queued[^1] is { IsOpen: true } opened)
                {
                    wakeAt = opened.OpenedAt + context.LingerTicks;
                }
            }
        }

        _sender?.WakeBy(wakeAt);
        return result;
    }

    /// <summary>When the first batch may be sent; <see cref="long.MaxValue"/> when only something else than time can change that.</summary>
    public long DueAt(BrokerSender sender, long now)
    {
        lock (_gate)
        {
            return Due(sender, now);
        }
    }

    /// <summary>Takes the first batch, if it may be sent now and fits into <paramref name="room"/> bytes; gives it its sequence.</summary>
    public ProducerBatch? TryTake(BrokerSender sender, long now, long room, ProducerIdentity current)
    {
        lock (_gate)
        {
            if (Due(sender, now) > now || _queued[0].UncompressedSize > room)
            {
                return null;
            }

            var batch = _queued[0];
            if (context.IsIdempotent && !batch.HasSequence)
            {
                if (_identity != current)
                {
                    // The old identity's numbers count until everything that has one was answered.
                    if (_underWay.Count > 0 || current == ProducerIdentity.None)
                    {
                        return null;
                    }

                    _identity = current;
                    _nextSequence = 0;
                }

                batch.SetSequence(_identity, _nextSequence);
                _nextSequence = RecordBatch.AddToSequence(_nextSequence, batch.Count);
            }

            batch.IsOpen = false;
            batch.Attempts++;
            _queued.RemoveAt(0);
            _underWay.Add(batch);
            _underWayTo = sender;
            _waiting = _queued.Count;
            return batch;
        }
    }

    /// <summary>Judges a batch by its answer. Unless the verdict leaves it here, it is the caller's, to be settled and released.</summary>
    public BatchVerdict Judge(ProducerBatch batch, in PartitionAnswer answer, bool isFinal)
    {
        lock (_gate)
        {
            TakeOut(batch);
            var verdict = batch.IsSettled ? BatchVerdict.Late : Verdict(batch, answer, isFinal);
            batch.IsSettled |= verdict is BatchVerdict.Succeeded or BatchVerdict.Failed or BatchVerdict.Split;
            if (_hasGap && _underWay.Count == 0)
            {
                StartSequenceAnew();
            }

            return verdict;
        }
    }

    /// <summary>
    /// Takes out the batches whose time is over, to be failed and released by the caller; those under way stay, too, and their answers will be late.
    /// </summary>
    public void Expire(long now, List<ProducerBatch> expired, List<ProducerBatch> expiredUnderWay)
    {
        lock (_gate)
        {
            // A retry may stand before younger ones only, so that the oldest are in front.
            while (_queued.Count > 0 && now - _queued[0].OpenedAt >= context.DeliveryTimeoutTicks)
            {
                TakeFirst(expired);
            }

            foreach (var batch in _underWay)
            {
                if (!batch.IsSettled && now - batch.OpenedAt >= context.DeliveryTimeoutTicks)
                {
                    batch.IsSettled = true;
                    batch.Hold();
                    expiredUnderWay.Add(batch);
                }
            }
        }
    }

    /// <summary>Takes out every batch that waits, to be failed by the caller.</summary>
    public void TakeAll(List<ProducerBatch> taken)
    {
        lock (_gate)
        {
            while (_queued.Count > 0)
            {
                TakeFirst(taken);
            }
        }
    }

    /// <summary>Adds what completes when the batches that are here now have been settled.</summary>
    public void AddUnsettled(List<Task> settled)
    {
        lock (_gate)
        {
            foreach (var batch in _underWay)
            {
                if (!batch.IsSettled)
                {
                    settled.Add(batch.WhenSettled());
                }
            }

            foreach (var batch in _queued)
            {
                settled.Add(batch.WhenSettled());
            }
        }
    }

    private AppendResult Open(
        in RecordParts record, long mostBytes, long timestamp, PendingDelivery? delivery, ref int reserved)
    {
        var size = SizeOfNewBatch(mostBytes, context.BatchSize);
        if (reserved >= size)
        {
            reserved = 0;
        }
        else if (!context.Budget.TryReserve(size))
        {
            return AppendResult.NoRoom;
        }

        var batch = context.Pool.Rent(this, size, _limit, context.Time.GetTimestamp());
        batch.Ordinal = _nextOrdinal++;
        batch.TryAppend(record, mostBytes, timestamp, delivery);
        batch.IsOpen = !batch.IsFull;
        _queued.Add(batch);
        _waiting = _queued.Count;
        return AppendResult.Appended;
    }

    /// <summary>What a batch that begins with such a record takes of <c>buffer.memory</c>.</summary>
    internal static int SizeOfNewBatch(long mostBytes, int batchSize) =>
        (int)Math.Min(Math.Max(batchSize, mostBytes + RecordBatchHeader.Size), int.MaxValue);

    private long Due(BrokerSender sender, long now)
    {
        if (_queued.Count == 0 || _sender != sender)
        {
            return long.MaxValue;
        }

        var first = _queued[0];
        if (_underWay.Count > 0 && (_underWayTo != sender || first.Attempts > 0 || _underWay[0].Attempts > 1 || IsFarAhead(first) || IsUnproven))
        {
            return long.MaxValue;
        }

        return first.Attempts > 0 ? Math.Max(_retryAt, now)
            : !first.IsOpen || context.IsUrgent ? now
            : Math.Max(first.OpenedAt + context.LingerTicks, now);
    }

    // Brokers remember a producer's last five batches. The oldest one under way may have to be sent again, and must be among them then, also
    // when younger ones were answered first: that happens where a connection broke, and another one was quicker than the news of it.
    private bool IsFarAhead(ProducerBatch batch) => batch.Ordinal - _underWay[0].Ordinal >= context.MaxInFlight;

    // A broker that knows nothing of a producer takes any sequence for its first. So the first batch goes alone: were it refused, for want of a
    // leader for instance, one behind it could be stored before it (KAFKA-14359).
    private bool IsUnproven => context.IsIdempotent && _proven != _identity;

    private BatchVerdict Verdict(ProducerBatch batch, in PartitionAnswer answer, bool isFinal)
    {
        switch (answer.Error)
        {
            // A duplicate: the first sending arrived after all, and so long ago that the broker does not know its offset.
            case ErrorCode.None:
            case ErrorCode.DuplicateSequenceNumber when batch.HasSequence:
                _proven = batch.Identity;
                return BatchVerdict.Succeeded;

            case ErrorCode.MessageTooLarge when batch.Count > 1 && !isFinal:
                SplitInPlace(batch);
                return BatchVerdict.Split;

            case ErrorCode.InvalidProducerEpoch when batch.HasSequence:
                context.Identities.Discard(batch.Identity);
                _hasGap = true;
                return BatchVerdict.Failed;
        }

        var retriable = answer.Error.IsRetriable();
        if (answer.Error is ErrorCode.OutOfOrderSequenceNumber or ErrorCode.UnknownProducerId && batch.HasSequence)
        {
            // Behind one that has to come again this is no surprise. Where nothing is missing here, the broker has lost something, or an
            // earlier batch was given up: what follows is numbered anew under a new epoch (KIP-360).
            _hasGap |= !HasEarlier(batch);
            retriable = true;
        }

        if (!retriable || isFinal || batch.Attempts > context.Retries
            || context.Time.GetTimestamp() - batch.OpenedAt >= context.DeliveryTimeoutTicks)
        {
            return BatchVerdict.Failed;
        }

        _retryAt = context.Time.GetTimestamp() + context.Ticks(context.RetryBackoff.After(batch.Attempts));
        Enqueue(batch);
        return BatchVerdict.Requeued;
    }

    private bool HasEarlier(ProducerBatch batch)
    {
        foreach (var other in _underWay)
        {
            if (other.Ordinal < batch.Ordinal)
            {
                return true;
            }
        }

        return _queued.Count > 0 && _queued[0].Ordinal < batch.Ordinal;
    }

    // Smaller batches from now on, too: a broker that finds these too large will not take the next ones.
    private void SplitInPlace(ProducerBatch batch)
    {
        var half = Math.Max(batch.UncompressedSize / 2, RecordBatchHeader.Size + 1);
        _limit = Math.Min(_limit, half);
        var parts = batch.Split(half);
        for (var i = parts.Count - 1; i >= 0; i--)
        {
            parts[i].Ordinal = batch.Ordinal;
            Enqueue(parts[i]);
        }
    }

    private void TakeFirst(List<ProducerBatch> taken)
    {
        _queued[0].IsOpen = false;
        _queued[0].IsSettled = true;
        taken.Add(_queued[0]);
        _queued.RemoveAt(0);
        _waiting = _queued.Count;
    }

    private void TakeOut(ProducerBatch batch)
    {
        _underWay.Remove(batch);
        if (_underWay.Count == 0)
        {
            _underWayTo = null;
        }
    }

    private void Enqueue(ProducerBatch batch)
    {
        var place = 0;
        while (place < _queued.Count && _queued[place].Ordinal < batch.Ordinal)
        {
            place++;
        }

        _queued.Insert(place, batch);
        _waiting = _queued.Count;
    }

    private void StartSequenceAnew()
    {
        _hasGap = false;
        context.Identities.Bump(_identity);
        _identity = ProducerIdentity.None;
        _nextSequence = 0;
        foreach (var batch in _queued)
        {
            batch.ClearSequence();
        }
    }
}
