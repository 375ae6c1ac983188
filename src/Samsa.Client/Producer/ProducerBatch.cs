using System.Diagnostics;
using System.Runtime.InteropServices;
using Samsa.Client.Connections;
using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>
/// One batch of one partition, from its first record until nobody needs its memory any more.
/// Owns the buffer that records are encoded into and the results that wait for them. Its fields belong to whoever holds the gate of its
/// <see cref="PartitionQueue"/>. Goes back to its pool, to begin anew, when it has left the queue and no connection holds its bytes
/// (<see cref="Release"/>).
/// </summary>
internal sealed class ProducerBatch(BatchPool pool) : IDisposable
{
    private readonly RecordBatchBuilder _builder = new(pool.Format);
    private readonly List<(int Index, PendingDelivery Delivery)> _waiting = [];
    private TaskCompletionSource? _settled;
    private Memory<byte> _built;
    private int _reserved;
    private int _limit;
    private int _holders;

    public PartitionQueue Queue { get; private set; } = null!;

    /// <summary>Its place among the batches of its partition: they are sent in this order.</summary>
    public long Ordinal { get; set; }

    /// <summary>The timestamp of the clock at its first record.</summary>
    public long OpenedAt { get; private set; }

    /// <summary>Whether records may still come.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Whether its results were given; what an answer says afterwards is too late.</summary>
    public bool IsSettled { get; set; }

    /// <summary>How often it was sent.</summary>
    public int Attempts { get; set; }

    /// <summary>Under whom its sequence counts; nobody when it has none.</summary>
    public ProducerIdentity Identity { get; private set; } = ProducerIdentity.None;

    public int BaseSequence { get; private set; } = RecordBatch.NoSequence;

    public bool HasSequence => BaseSequence != RecordBatch.NoSequence;

    public int Count => _builder.Count;

    /// <summary>The bytes so far, before compression.</summary>
    public int UncompressedSize => _builder.UncompressedSize;

    /// <summary>The bytes as they are sent.</summary>
    public int SentSize => _built.Length;

    public void Start(PartitionQueue queue, int reserved, int limit, long now)
    {
        Queue = queue;
        OpenedAt = now;
        IsOpen = true;
        IsSettled = false;
        Attempts = 0;
        Identity = ProducerIdentity.None;
        BaseSequence = RecordBatch.NoSequence;
        _settled = null;
        _built = default;
        _reserved = reserved;
        _limit = limit;
        _holders = 1;
        _waiting.Clear();
        _builder.Reset(pool.Format);
    }

    /// <summary>Encodes a record; false when it does not fit. The first one always does.</summary>
    public bool TryAppend(in RecordParts record, long mostBytes, long timestamp, PendingDelivery? delivery)
    {
        if (_builder.Count > 0 && _builder.UncompressedSize + mostBytes > _limit)
        {
            return false;
        }

        _builder.Append(timestamp, record.Key, record.Value, record.Headers);
        if (delivery is not null)
        {
            delivery.Timestamp = timestamp;
            _waiting.Add((_builder.Count - 1, delivery));
        }

        return true;
    }

    /// <summary>Whether another record is unlikely to fit.</summary>
    public bool IsFull => _builder.UncompressedSize >= _limit;

    /// <summary>Gives the batch its number; it keeps it until <see cref="ClearSequence"/>.</summary>
    public void SetSequence(ProducerIdentity identity, int baseSequence)
    {
        Identity = identity;
        BaseSequence = baseSequence;
    }

    public void ClearSequence() => SetSequence(ProducerIdentity.None, RecordBatch.NoSequence);

    /// <summary>
    /// The batch as a request takes it, compressed at the first time. Each call is one more holder of its memory, whose
    /// <see cref="RecordMemory.Release"/> ends that.
    /// </summary>
    /// <param name="released">Is told when a connection is done with it.</param>
    public RecordMemory Hold(SentCountdown released)
    {
        if (_built.IsEmpty)
        {
            _builder.SetProducer(Identity.Id, Identity.Epoch, BaseSequence);
            _built = _builder.Build();
        }
        else
        {
            // Nobody else looks at the bytes: a batch is not queued again before its memory was released.
            _builder.SetProducer(_built.Span, Identity.Id, Identity.Epoch, BaseSequence);
        }

        Hold();
        return new BatchMemory(this, _built, released);
    }

    /// <summary>One holder more.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Completes when the results of the batch were given. Asked for under the queue's gate, of a batch that is not settled.</summary>
    public Task WhenSettled() => (_settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Tells everybody that the records are stored from <paramref name="baseOffset"/> on, -1 for unknown.</summary>
    public void Succeed(long baseOffset, long? logAppendTime)
    {
        foreach (var (index, delivery) in CollectionsMarshal.AsSpan(_waiting))
        {
            delivery.Succeed(Queue.Topic, Queue.Partition, baseOffset < 0 ? -1 : baseOffset + index, logAppendTime);
        }

        Settled();
    }

    /// <summary>Tells everybody that the records were not delivered.</summary>
    public void Fail(KafkaException exception, DeliveryFailedHandler? handler)
    {
        if (handler is not null)
        {
            foreach (var record in _builder.Records)
            {
                handler(new FailedRecord(Queue.Topic, Queue.Partition, record, exception));
            }
        }

        foreach (var (_, delivery) in CollectionsMarshal.AsSpan(_waiting))
        {
            delivery.Fail(exception);
        }

        Settled();
    }

    /// <summary>
    /// Moves the records to smaller batches, for a broker that finds this one too large. They continue its sequence and its place, and share
    /// what it reserved; this batch has no records and no results any more.
    /// </summary>
    public List<ProducerBatch> Split(int limit)
    {
        Debug.Assert(Count > 1, "One record cannot be split.");
        List<ProducerBatch> parts = [];
        var index = 0;
        var waiting = 0;
        ProducerBatch? part = null;
        foreach (var record in _builder.Records)
        {
            if (part is null || part.UncompressedSize + record.Size > limit)
            {
                part = pool.Rent(Queue, 0, limit, OpenedAt);
                part.IsOpen = false;
                part.Attempts = Attempts;
                if (HasSequence)
                {
                    part.SetSequence(Identity, RecordBatch.AddToSequence(BaseSequence, index));
                }

                parts.Add(part);
            }

            part._builder.Append(record, part.Count, record.Timestamp);
            if (waiting < _waiting.Count && _waiting[waiting].Index == index)
            {
                part._waiting.Add((part.Count - 1, _waiting[waiting++].Delivery));
            }

            index++;
        }

        foreach (var smaller in parts)
        {
            smaller._reserved = _reserved / parts.Count;
        }

        part!._reserved += _reserved % parts.Count;
        _reserved = 0;

        // The last one is settled last.
        part._settled = _settled;
        _settled = null;
        _waiting.Clear();
        return parts;
    }

    /// <summary>One holder less; the last one gives the batch back to its pool.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            // A batch of one huge record would keep its memory for ever.
            pool.Return(this, _reserved, keep: _builder.UncompressedSize <= _limit);
        }
    }

    public void Dispose() => _builder.Dispose();

    private void Settled()
    {
        _waiting.Clear();
        _settled?.TrySetResult();
    }

    private sealed class BatchMemory(ProducerBatch batch, ReadOnlyMemory<byte> bytes, SentCountdown released) : RecordMemory(bytes)
    {
        public override void Release(bool sent)
        {
            released.Released(sent);
            batch.Release();
        }
    }
}
