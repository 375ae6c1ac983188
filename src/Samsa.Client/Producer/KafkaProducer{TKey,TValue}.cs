using Samsa.Client.Connections;
using Samsa.Client.Serialization;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>Sends records whose keys and values are serialized here; in everything else as <see cref="KafkaProducer"/>, which it stands on.</summary>
/// <remarks>A null key or value becomes the record's null, without its serializer; what a serializer throws reaches the caller, and the record is nowhere.</remarks>
/// <typeparam name="TKey">What keys are made of.</typeparam>
/// <typeparam name="TValue">What values are made of.</typeparam>
public sealed class KafkaProducer<TKey, TValue> : IAsyncDisposable
{
    // A thread serializes one record at a time, but for a serializer that produces itself: it finds none here and makes its own.
    [ThreadStatic]
    private static PooledBuffer? _idle;

    private readonly ISerializer<TKey> _keys;
    private readonly ISerializer<TValue> _values;
    private readonly bool _endsRaw;

    /// <summary>A producer with these options and serializers (<see cref="Serializers"/> has the usual ones).</summary>
    /// <exception cref="Configuration.ClientConfigException">The options cannot work.</exception>
    public KafkaProducer(ProducerOptions options, ISerializer<TKey> keySerializer, ISerializer<TValue> valueSerializer)
        : this(options, keySerializer, valueSerializer, null)
    {
    }

    /// <summary>Serializes for a producer that others use, too: it stays when this one is disposed.</summary>
    public KafkaProducer(KafkaProducer raw, ISerializer<TKey> keySerializer, ISerializer<TValue> valueSerializer)
    {
        ArgumentNullException.ThrowIfNull(raw);
        ArgumentNullException.ThrowIfNull(keySerializer);
        ArgumentNullException.ThrowIfNull(valueSerializer);
        _keys = keySerializer;
        _values = valueSerializer;
        Raw = raw;
    }

    internal KafkaProducer(ProducerOptions options, ISerializer<TKey> keySerializer, ISerializer<TValue> valueSerializer, IConnector? connector)
    {
        ArgumentNullException.ThrowIfNull(keySerializer);
        ArgumentNullException.ThrowIfNull(valueSerializer);
        _keys = keySerializer;
        _values = valueSerializer;
        Raw = new KafkaProducer(options, connector);
        _endsRaw = true;
    }

    /// <summary>The producer beneath, for records that are bytes already. It ends with this one, unless it was given.</summary>
    public KafkaProducer Raw { get; }

    /// <summary>Sends a record and waits until it is delivered, as <see cref="KafkaProducer.ProduceAsync(in ProducerRecord, CancellationToken)"/>.</summary>
    public ValueTask<RecordMetadata> ProduceAsync(in ProducerRecord<TKey, TValue> record, CancellationToken cancellation = default)
    {
        var buffer = TakeBuffer();
        try
        {
            return Raw.ProduceAsync(Serialize(record, buffer), cancellation);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<RecordMetadata>(e);
        }
        finally
        {
            GiveBack(buffer);
        }
    }

    /// <summary>Sends a record and waits until it is delivered.</summary>
    public ValueTask<RecordMetadata> ProduceAsync(string topic, TKey? key, TValue? value, CancellationToken cancellation = default) =>
        ProduceAsync(new ProducerRecord<TKey, TValue> { Topic = topic, Key = key, Value = value }, cancellation);

    /// <summary>Hands a record over, as <see cref="KafkaProducer.SendAsync(in ProducerRecord, CancellationToken)"/>.</summary>
    public ValueTask SendAsync(in ProducerRecord<TKey, TValue> record, CancellationToken cancellation = default)
    {
        var buffer = TakeBuffer();
        try
        {
            return Raw.SendAsync(Serialize(record, buffer), cancellation);
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
        finally
        {
            GiveBack(buffer);
        }
    }

    /// <summary>Hands a record over and returns when it is accepted.</summary>
    public ValueTask SendAsync(string topic, TKey? key, TValue? value, CancellationToken cancellation = default) =>
        SendAsync(new ProducerRecord<TKey, TValue> { Topic = topic, Key = key, Value = value }, cancellation);

    /// <summary>Hands a record over if that takes no time, as <see cref="KafkaProducer.TrySend(in ProducerRecord)"/>.</summary>
    public bool TrySend(in ProducerRecord<TKey, TValue> record)
    {
        var buffer = TakeBuffer();
        try
        {
            return Raw.TrySend(Serialize(record, buffer));
        }
        finally
        {
            GiveBack(buffer);
        }
    }

    /// <summary>Hands a record over if that takes no time.</summary>
    public bool TrySend(string topic, TKey? key, TValue? value) =>
        TrySend(new ProducerRecord<TKey, TValue> { Topic = topic, Key = key, Value = value });

    /// <summary>Waits until everything accepted so far is settled, as <see cref="KafkaProducer.FlushAsync"/>.</summary>
    public Task FlushAsync(CancellationToken cancellation = default) => Raw.FlushAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _endsRaw ? Raw.DisposeAsync() : ValueTask.CompletedTask;

    private static PooledBuffer TakeBuffer()
    {
        var buffer = _idle ?? new PooledBuffer();
        _idle = null;
        return buffer;
    }

    private static void GiveBack(PooledBuffer buffer)
    {
        // One huge record should not keep its memory for the thread's whole life.
        const int MostKept = 1 << 20;
        if (_idle is null && buffer.Length <= MostKept)
        {
            buffer.Clear();
            _idle = buffer;
        }
        else
        {
            buffer.Dispose();
        }
    }

    private RecordParts Serialize(in ProducerRecord<TKey, TValue> record, PooledBuffer buffer)
    {
        ArgumentNullException.ThrowIfNull(record.Topic);
        var hasKey = record.Key is not null;
        var hasValue = record.Value is not null;
        if (hasKey)
        {
            _keys.Serialize(record.Key!, buffer, new SerializationContext(record.Topic, RecordPart.Key));
        }

        var keyLength = buffer.Length;
        if (hasValue)
        {
            _values.Serialize(record.Value!, buffer, new SerializationContext(record.Topic, RecordPart.Value));
        }

        ReadOnlySpan<byte> bytes = buffer.Span;
        return new RecordParts
        {
            Topic = record.Topic,
            Partition = record.Partition,
            Key = hasKey ? new OptionalBytes(bytes[..keyLength]) : OptionalBytes.Null,
            Value = hasValue ? new OptionalBytes(bytes[keyLength..]) : OptionalBytes.Null,
            Timestamp = record.Timestamp,
            Headers = record.Headers.Span,
        };
    }
}
