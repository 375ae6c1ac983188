using System.Runtime.CompilerServices;
using Samsa.Client.Connections;
using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Diagnostics;
using Samsa.Client.Serialization;
using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer;

/// <summary>Reads records as objects that the caller may keep.</summary>
/// <remarks>
/// Owns its connections and the memory of what it fetched ahead. One caller at a time reads. Failures of a partition are a
/// <see cref="ConsumeException"/>, and reading can go on after it. A record that cannot be deserialized is handed to the handler that was
/// given; without one it is a <see cref="DeserializationException"/>.
/// </remarks>
/// <typeparam name="TKey">What keys are read as.</typeparam>
/// <typeparam name="TValue">What values are read as.</typeparam>
public sealed partial class KafkaConsumer<TKey, TValue> : KafkaConsumerBase
{
    private readonly RecordReader _reader = new();
    private readonly RecordDecoder<TKey, TValue> _decoder;
    private readonly DeserializationFailureHandler? _onFailure;

    /// <summary>A consumer without partitions. It connects when there is something to do.</summary>
    /// <param name="options">The options.</param>
    /// <param name="keys">Reads keys.</param>
    /// <param name="values">Reads values.</param>
    /// <param name="onDeserializationFailure">Decides on records that cannot be deserialized; null throws.</param>
    /// <exception cref="Configuration.ClientConfigException">The options cannot work.</exception>
    public KafkaConsumer(
        ConsumerOptions options,
        IDeserializer<TKey> keys,
        IDeserializer<TValue> values,
        DeserializationFailureHandler? onDeserializationFailure = null)
        : this(options, keys, values, onDeserializationFailure, null)
    {
    }

    internal KafkaConsumer(
        ConsumerOptions options,
        IDeserializer<TKey> keys,
        IDeserializer<TValue> values,
        DeserializationFailureHandler? onDeserializationFailure,
        IConnector? connector)
        : base(options, connector)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(values);
        _decoder = new RecordDecoder<TKey, TValue>(_reader, keys, values);
        _onFailure = onDeserializationFailure;
    }

    /// <summary>
    /// The records of the assigned partitions as they come, without end, in order within each partition. A record counts as read as soon
    /// as it is handed out.
    /// </summary>
    /// <exception cref="ConsumeException">A partition cannot be read on.</exception>
    public async IAsyncEnumerable<ConsumerRecord<TKey, TValue>> ConsumeAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await Core.ServeGroupAsync(cancellationToken).ConfigureAwait(false);

            if (_decoder.TryNext(out var next))
            {
                if (await HandOutAsync(next, cancellationToken).ConfigureAwait(false) is { } record)
                {
                    yield return record;
                    Core.Assignment.StoreHandedOut();
                }
            }
            else
            {
                var since = Core.Telemetry.Now;
                if (await Core.MoveAsync(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false))
                {
                    Decode(since);
                }
            }
        }
    }

    /// <summary>
    /// Up to <c>max.poll.records</c> records: what is there at once, or else what comes first within <paramref name="timeout"/>; empty when
    /// nothing does.
    /// </summary>
    /// <exception cref="ConsumeException">A partition cannot be read on. Records before the failure were handed out.</exception>
    public async Task<IReadOnlyList<ConsumerRecord<TKey, TValue>>> PollAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Core.Assignment.StoreHandedOut();
        await Core.ServeGroupAsync(cancellationToken).ConfigureAwait(false);
        List<ConsumerRecord<TKey, TValue>> records = [];
        var time = Core.Options.TimeProvider;
        var start = time.GetTimestamp();
        while (records.Count < Core.Options.MaxPollRecords)
        {
            // A failure is thrown by the poll that begins with it, so that no record is lost with an exception.
            if (_decoder.NextFails && records.Count > 0)
            {
                break;
            }

            if (_decoder.TryNext(out var next))
            {
                if (await HandOutAsync(next, cancellationToken).ConfigureAwait(false) is { } record)
                {
                    records.Add(record);
                }

                continue;
            }

            if (records.Count > 0 && Core.Assignment.NextFails)
            {
                break;
            }

            var since = Core.Telemetry.Now;
            var left = records.Count > 0 ? TimeSpan.Zero : timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - time.GetElapsedTime(start);
            try
            {
                // Cancellation must not take away what was already counted as read.
                var limit = left > TimeSpan.Zero || left == Timeout.InfiniteTimeSpan ? left : TimeSpan.Zero;
                var holds = records.Count > 0;
                if (!await Core.MoveAsync(limit, holds ? CancellationToken.None : cancellationToken, holds).ConfigureAwait(false))
                {
                    break;
                }
            }
            catch (ConsumeException) when (records.Count > 0)
            {
                // The position stays at the failure, and the next poll meets it again.
                break;
            }

            Decode(since);
        }

        return records;
    }

    /// <summary>
    /// Begins the program's work on a record: a span that goes on with the record's trace, and a measurement. To be disposed at the end.
    /// </summary>
    public RecordProcessing StartProcessing(ConsumerRecord<TKey, TValue> record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var context = ConsumerTelemetry.IsTraced ? TraceContext.Read(record.Headers) : default;
        return Core.Telemetry.StartProcessing(record.Partition, record.Offset, record.IsTombstone, context);
    }

    private void Decode(DateTimeOffset since)
    {
        var fetched = Core.Current;
        _decoder.Decode(fetched);
        Core.Telemetry.Consumed(fetched.State.Id, _decoder.Count, fetched.Batch.Length);
        if (ConsumerTelemetry.IsTraced)
        {
            Core.Telemetry.Received(fetched, _decoder.Count, since, _decoder.Contexts());
        }
    }

    private async ValueTask<ConsumerRecord<TKey, TValue>?> HandOutAsync(DecodedRecord<TKey, TValue> next, CancellationToken cancellation)
    {
        if (await IsReadableAsync(next, cancellation).ConfigureAwait(false)
            && Core.TryAdvance(_decoder.State, _decoder.Generation, next.NextOffset, next.Epoch))
        {
            return next.Record;
        }

        _decoder.Clear();
        return null;
    }

    // Decides on an entry that is no record; false when it is no longer wanted.
    private async ValueTask<bool> IsReadableAsync(DecodedRecord<TKey, TValue> next, CancellationToken cancellation)
    {
        var state = _decoder.State;
        var generation = _decoder.Generation;
        if (!Core.Assignment.IsCurrent(state, generation))
        {
            return false;
        }

        if (next.Fault is { } fault)
        {
            Stop(state, generation, fault.Offset);
            throw fault;
        }

        if (next.Failure is { } failure)
        {
            var decided = false;
            try
            {
                var action = _onFailure is null
                    ? DeserializationAction.Throw
                    : await _onFailure(failure, cancellation).ConfigureAwait(false);
                decided = action == DeserializationAction.Skip;
            }
            finally
            {
                if (!decided)
                {
                    Stop(state, generation, failure.Offset);
                }
            }

            if (!decided)
            {
                throw new DeserializationException(failure);
            }
        }

        return true;
    }

    private void Stop(PartitionState state, int generation, long offset)
    {
        _decoder.Clear();
        Core.Assignment.Rewind(state, generation, offset);
    }
}
