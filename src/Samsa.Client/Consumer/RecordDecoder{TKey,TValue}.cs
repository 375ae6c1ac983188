using System.Diagnostics;
using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Diagnostics;
using Samsa.Client.Producer;
using Samsa.Client.Serialization;
using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer;

/// <summary>
/// Makes objects of one batch after the other, so that the batch's memory is free before the caller sees them.
/// Owns the objects that are not handed out yet. Entered by the consuming thread only; lives with its consumer.
/// What cannot be read becomes an entry of its own.
/// </summary>
internal sealed class RecordDecoder<TKey, TValue>(RecordReader reader, IDeserializer<TKey> keys, IDeserializer<TValue> values)
{
    private readonly List<DecodedRecord<TKey, TValue>> _ready = [];
    private int _next;

    /// <summary>Whether entries get a hash of their keys.</summary>
    public bool HashesKeys { get; set; }

    /// <summary>The partition that the entries belong to.</summary>
    public PartitionState State { get; private set; } = null!;

    /// <summary>Its generation then.</summary>
    public int Generation { get; private set; }

    /// <summary>Whether the next entry is none that can simply be handed out.</summary>
    public bool NextFails => _next < _ready.Count && (_ready[_next].Failure is not null || _ready[_next].Fault is not null);

    /// <summary>The records that the last batch had, those that could not be deserialized included.</summary>
    public int Count => _ready.Count - (_ready.Count > 0 && _ready[^1].Fault is not null ? 1 : 0);

    /// <summary>Where the records of the last batch were made, as far as their headers say.</summary>
    public IEnumerable<ActivityContext> Contexts()
    {
        foreach (var entry in _ready)
        {
            if (entry.Record is { Headers.Count: > 0 } record)
            {
                yield return TraceContext.Read(record.Headers);
            }
        }
    }

    public bool TryNext(out DecodedRecord<TKey, TValue> next)
    {
        if (_next == _ready.Count)
        {
            next = default;
            return false;
        }

        next = _ready[_next];
        _ready[_next++] = default;
        return true;
    }

    public void Clear()
    {
        _ready.Clear();
        _next = 0;
    }

    /// <summary>Reads all wanted records of the batch that <paramref name="fetched"/> stands at.</summary>
    public void Decode(FetchedPartition fetched)
    {
        Clear();
        State = fetched.State;
        Generation = fetched.Generation;
        var at = fetched.FirstOffset;
        try
        {
            var batches = new RecordBatchEnumerator(fetched.Batch.Span);
            batches.MoveNext();
            var type = batches.Current.TimestampType;
            var records = reader.Read(batches.Current);
            while (records.MoveNext())
            {
                var record = records.Current;
                if (record.Offset >= fetched.FirstOffset)
                {
                    at = record.Offset + 1;
                    _ready.Add(Decode(record, type, fetched.Epoch));
                }
            }

            if (records.Fault != RecordFault.None)
            {
                _ready.Add(new DecodedRecord<TKey, TValue> { Fault = ConsumerCore.Describe(State.Id, at, records.Fault) });
                return;
            }
        }
        catch (CodecUnavailableException e)
        {
            _ready.Add(new DecodedRecord<TKey, TValue>
            {
                Fault = new ConsumeException(ErrorCode.UnsupportedCompressionType, State.Id, at, e.Message, e),
            });
            return;
        }

        if (_ready.Count > 0)
        {
            // With the last record everything that compaction took away after it counts as read.
            _ready[^1] = _ready[^1] with { NextOffset = fetched.NextOffset };
        }
    }

    private DecodedRecord<TKey, TValue> Decode(in RecordView record, TimestampType type, int epoch)
    {
        var headers = Copy(record.Headers);
        var part = RecordPart.Key;
        try
        {
            var key = record.Key.IsNull ? default : keys.Deserialize(record.Key.Span, new SerializationContext(State.Id.Topic, part));
            part = RecordPart.Value;
            var value = record.Value.IsNull ? default : values.Deserialize(record.Value.Span, new SerializationContext(State.Id.Topic, part));
            return new DecodedRecord<TKey, TValue>
            {
                NextOffset = record.Offset + 1,
                Epoch = epoch,
                KeyHash = HashesKeys && !record.Key.IsNull ? Murmur2.Hash(record.Key.Span) : null,
                Record = new ConsumerRecord<TKey, TValue>
                {
                    Partition = State.Id,
                    Offset = record.Offset,
                    LeaderEpoch = epoch,
                    TimestampMs = record.Timestamp,
                    TimestampType = type,
                    Key = key,
                    Value = value,
                    IsTombstone = record.Value.IsNull,
                    Headers = headers,
                },
            };
        }
        catch (Exception e)
        {
            // Whatever a deserializer throws: the caller decides when it is the record's turn.
            return new DecodedRecord<TKey, TValue>
            {
                NextOffset = record.Offset + 1,
                Epoch = epoch,
                Failure = new FailedRecord
                {
                    Partition = State.Id,
                    Offset = record.Offset,
                    TimestampMs = record.Timestamp,
                    Key = record.Key.ToArray(),
                    Value = record.Value.ToArray(),
                    Headers = headers,
                    Part = part,
                    Cause = e,
                },
            };
        }
    }

    private static RecordHeader[] Copy(RecordHeaders headers)
    {
        if (headers.Count == 0)
        {
            return [];
        }

        var copies = new RecordHeader[headers.Count];
        var i = 0;
        foreach (var header in headers)
        {
            copies[i++] = new RecordHeader(header.Key.ToArray(), header.Value.IsNull ? default(ReadOnlyMemory<byte>?) : header.Value.ToArray());
        }

        return copies;
    }
}
