using System.Runtime.CompilerServices;
using Samsa.Client.Connections;
using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer;

/// <summary>
/// Reads record batches as they lie in the answers of the brokers: nothing is copied, and nothing allocated per record. For objects
/// that stay see <see cref="KafkaConsumer{TKey,TValue}"/>.
/// </summary>
/// <remarks>
/// Owns its connections and the memory of what it fetched ahead. One caller at a time reads; a batch and the views of its records are
/// valid until that caller moves on. Failures of a partition are a <see cref="ConsumeException"/>, and reading can go on after it.
/// </remarks>
public sealed class KafkaConsumer : KafkaConsumerBase
{
    private readonly RecordReader _reader = new();
    private readonly ConsumedBatch _batch;

    /// <summary>A consumer without partitions. It connects when there is something to do.</summary>
    /// <exception cref="Configuration.ClientConfigException">The options cannot work.</exception>
    public KafkaConsumer(ConsumerOptions options) : this(options, null)
    {
    }

    internal KafkaConsumer(ConsumerOptions options, IConnector? connector) : base(options, connector) => _batch = new ConsumedBatch(Core, _reader);

    /// <summary>
    /// The batches of the assigned partitions as they come, without end. Each is the same object, filled anew, and valid until the next move;
    /// its records count as read as soon as it is handed out.
    /// </summary>
    /// <exception cref="ConsumeException">A partition cannot be read on.</exception>
    public async IAsyncEnumerable<ConsumedBatch> ConsumeBatchesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await PollBatchAsync(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false) is { } batch)
        {
            yield return batch;
        }
    }

    /// <summary>
    /// Hands the records of the assigned partitions to <paramref name="handle"/>, one after the other and without allocation, until that returns
    /// false. The position is behind the last record for which it returned, also when it throws; what was taken of a batch is not taken again.
    /// </summary>
    /// <exception cref="ConsumeException">A partition cannot be read on. Records before the failure were handed out.</exception>
    public async Task ConsumeAsync(RecordHandler handle, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handle);
        while (await PollBatchAsync(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false) is { } batch)
        {
            if (!HandOut(batch, handle))
            {
                return;
            }
        }
    }

    /// <summary>The next batch, or null when <paramref name="timeout"/> is over. It is valid until the next move.</summary>
    /// <exception cref="ConsumeException">A partition cannot be read on.</exception>
    public ValueTask<ConsumedBatch?> PollBatchAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Core.Assignment.StoreHandedOut();
        var moving = Core.MoveAsync(timeout, cancellationToken);
        if (!moving.IsCompletedSuccessfully)
        {
            return AwaitAsync(moving, timeout, cancellationToken);
        }

        // Without a wait nothing is allocated.
#pragma warning disable RS0030 // Nothing blocks here: the task has completed.
        return !moving.Result ? default
#pragma warning restore RS0030
            : TryFill() ? ValueTask.FromResult<ConsumedBatch?>(_batch)
            : AwaitAsync(Core.MoveAsync(timeout, cancellationToken), timeout, cancellationToken);
    }

    private static bool HandOut(ConsumedBatch batch, RecordHandler handle)
    {
        var next = batch.FirstOffset;
        var isWhole = false;
        try
        {
            foreach (var record in batch)
            {
                next = record.Offset;
                var goesOn = handle(batch.Partition, record);
                next++;
                if (!goesOn)
                {
                    return false;
                }
            }

            return isWhole = true;
        }
        finally
        {
            if (!isWhole)
            {
                batch.ReturnFrom(next);
            }
        }
    }

    private bool TryFill()
    {
        if (!_batch.TryFill(Core.Current))
        {
            return false;
        }

        Core.Telemetry.Consumed(_batch.Partition, _batch.MostRecords, _batch.Bytes.Length);
        return true;
    }

    // A seek may come between the move and the look at what it brought.
    private async ValueTask<ConsumedBatch?> AwaitAsync(ValueTask<bool> moving, TimeSpan timeout, CancellationToken cancellation)
    {
        while (await moving.ConfigureAwait(false))
        {
            if (TryFill())
            {
                return _batch;
            }

            moving = Core.MoveAsync(timeout, cancellation);
        }

        return null;
    }
}
