using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>Sends records to a cluster, as bytes. One producer serves a whole program: it is entered from any thread.</summary>
/// <remarks>
/// <para>
/// Records are collected into batches by partition and sent in the background. Those of one partition keep the order in which the calls were
/// made, also when a batch must be sent again; with idempotence, the default, none is stored twice.
/// </para>
/// <para>
/// A record is accepted when it is in a batch. Before that, cancellation and failures mean that it is nowhere. Afterwards cancellation ends the
/// wait only, and the record is either delivered or reported to <see cref="ProducerOptions.DeliveryFailed"/>, within
/// <see cref="ProducerOptions.DeliveryTimeout"/>. Its bytes are copied before a call returns, so that the caller's memory is free again.
/// </para>
/// <para>Disposal delivers what was accepted, for as long as <see cref="ProducerOptions.DisposeTimeout"/>; the rest has failed then.</para>
/// </remarks>
public sealed partial class KafkaProducer : IAsyncDisposable
{
    private readonly DeliveryPool _deliveries = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ClusterClient _cluster;
    private readonly ProducerContext _context;
    private readonly SenderPool _senders;
    private readonly RecordAccumulator _accumulator;
    private readonly TimeSpan _disposeTimeout;
    private readonly string _clientId;
    private int _disposed;

    /// <summary>A producer with these options, which are read now and never again. Connects with the first record.</summary>
    /// <exception cref="Configuration.ClientConfigException">The options cannot work.</exception>
    public KafkaProducer(ProducerOptions options) : this(options, null)
    {
    }

    internal KafkaProducer(ProducerOptions options, IConnector? connector)
    {
        ArgumentNullException.ThrowIfNull(options);
        _cluster = new ClusterClient(options, allowAutoTopicCreation: true, connector);
        _context = new ProducerContext(options, _cluster);
        _senders = new SenderPool(_context);
        _accumulator = new RecordAccumulator(_context, options, _senders, _stopping.Token);
        _disposeTimeout = options.DisposeTimeout;
        _clientId = options.ClientId;
        _senders.Start(() => _accumulator.Topics);
    }

    /// <summary>The bytes of <c>buffer.memory</c> in use.</summary>
    public long BufferedBytes => _context.Budget.Used;

    internal ProducerContext Context => _context;

    internal IEnumerable<TopicQueues> Topics => _accumulator.Topics;

    /// <summary>Sends a record and waits until it is delivered.</summary>
    /// <returns>Where the record is. To be awaited at most once, as every <see cref="ValueTask"/>; not awaiting it loses nothing but the result.</returns>
    /// <exception cref="KafkaException">The record was not accepted, or not delivered; the code says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled; the record is nowhere if it was not accepted yet, else it goes on.</exception>
    public ValueTask<RecordMetadata> ProduceAsync(in ProducerRecord record, CancellationToken cancellation = default) =>
        ProduceAsync(record.Parts, cancellation);

    /// <summary>Sends a record and waits until it is delivered, as <see cref="ProduceAsync(in ProducerRecord, CancellationToken)"/>.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">The key or null.</param>
    /// <param name="value">The value; null is a tombstone.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<RecordMetadata> ProduceAsync(
        string topic, OptionalBytes key, OptionalBytes value, CancellationToken cancellation = default) =>
        ProduceAsync(new RecordParts { Topic = topic, Key = key, Value = value }, cancellation);

    /// <summary>Hands a record over and returns when it is accepted, which takes time only while the topic is unknown or the buffer is full.</summary>
    /// <remarks>Nobody hears of its delivery; of its failure <see cref="ProducerOptions.DeliveryFailed"/> does.</remarks>
    /// <exception cref="KafkaException">The record was not accepted.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before it was accepted; the record is nowhere.</exception>
    public ValueTask SendAsync(in ProducerRecord record, CancellationToken cancellation = default) => SendAsync(record.Parts, cancellation);

    /// <summary>Hands a record over, as <see cref="SendAsync(in ProducerRecord, CancellationToken)"/>.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">The key or null.</param>
    /// <param name="value">The value; null is a tombstone.</param>
    /// <param name="cancellation">Ends the wait for acceptance.</param>
    public ValueTask SendAsync(string topic, OptionalBytes key, OptionalBytes value, CancellationToken cancellation = default) =>
        SendAsync(new RecordParts { Topic = topic, Key = key, Value = value }, cancellation);

    /// <summary>Hands a record over if that takes no time; false when the topic is not known yet, or the buffer is full, and the record is nowhere.</summary>
    /// <exception cref="KafkaException">The record can never be sent.</exception>
    public bool TrySend(in ProducerRecord record) => TrySend(record.Parts);

    /// <summary>Hands a record over, as <see cref="TrySend(in ProducerRecord)"/>.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">The key or null.</param>
    /// <param name="value">The value; null is a tombstone.</param>
    public bool TrySend(string topic, OptionalBytes key, OptionalBytes value) =>
        TrySend(new RecordParts { Topic = topic, Key = key, Value = value });

    /// <summary>
    /// What the cluster says of a topic, asked for if need be; the topic is made where the cluster does that. Afterwards records for it need no
    /// waiting.
    /// </summary>
    /// <exception cref="KafkaException">The topic cannot be used.</exception>
    public ValueTask<TopicMetadata> GetTopicAsync(string topic, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_context.IsClosed, this);
        return _accumulator.LearnAsync(topic, cancellation);
    }

    /// <summary>
    /// Sends what was accepted so far without waiting for more, and returns when all of it is delivered or has failed; failures are reported where
    /// they are without a flush, too.
    /// </summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled; sending goes on.</exception>
    public async Task FlushAsync(CancellationToken cancellation = default)
    {
        _context.BeginFlush();
        try
        {
            List<Task> settled = [];
            foreach (var topic in _accumulator.Topics)
            {
                foreach (var queue in topic.Partitions)
                {
                    queue.AddUnsettled(settled);
                }
            }

            _senders.WakeAll();
            await Task.WhenAll(settled).WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _context.EndFlush();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _context.Close();
        await _stopping.CancelAsync().ConfigureAwait(false);
        using (var limit = new CancellationTokenSource(_disposeTimeout, _context.Time))
        {
            await FlushAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _senders.DisposeAsync().ConfigureAwait(false);
        List<ProducerBatch> left = [];
        foreach (var topic in _accumulator.Topics)
        {
            foreach (var queue in topic.Partitions)
            {
                queue.TakeAll(left);
            }
        }

        foreach (var batch in left)
        {
            _context.Fail(batch, new KafkaException(
                ErrorCode.RequestTimedOut,
                $"Records for {batch.Queue.Topic}-{batch.Queue.Partition} were not delivered before the producer's disposal ended."));
            batch.Release();
        }

        _context.Dispose();
        _stopping.Dispose();
    }

    internal ValueTask<RecordMetadata> ProduceAsync(in RecordParts record, CancellationToken cancellation) =>
        ProduceSpan.IsWanted ? ProduceTracedAsync(record, cancellation) : ProduceUntracedAsync(record, cancellation);

    internal ValueTask SendAsync(in RecordParts record, CancellationToken cancellation) =>
        ProduceSpan.IsWanted ? SendTracedAsync(record, cancellation) : SendUntracedAsync(record, cancellation);

    internal bool TrySend(in RecordParts record) =>
        ProduceSpan.IsWanted ? TrySendTraced(record) : IsSent(record, _accumulator.TryAppend(record, null));

    private ValueTask<RecordMetadata> ProduceUntracedAsync(in RecordParts record, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<RecordMetadata>(cancellation);
        }

        var delivery = _deliveries.Rent();
        try
        {
            if (_accumulator.TryAppend(record, delivery) != AppendResult.Appended)
            {
                return ProduceLaterAsync(new OwnedRecord(record), delivery, cancellation);
            }
        }
        catch (Exception e)
        {
            _deliveries.Return(delivery);
            return ValueTask.FromException<RecordMetadata>(e);
        }

        return cancellation.CanBeCanceled ? WaitAsync(delivery.Task, cancellation) : delivery.Task;
    }

    private ValueTask SendUntracedAsync(in RecordParts record, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellation);
        }

        try
        {
            return _accumulator.TryAppend(record, null) == AppendResult.Appended
                ? ValueTask.CompletedTask
                : new ValueTask(_accumulator.AppendAsync(new OwnedRecord(record), null, cancellation));
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    private static bool IsSent(in RecordParts record, AppendResult result) => result switch
    {
        AppendResult.Appended => true,
        AppendResult.UnknownPartition => throw new KafkaException(
            ErrorCode.UnknownTopicOrPartition, $"Topic '{record.Topic}' has no partition {record.Partition}, as far as is known."),
        _ => false,
    };

    private async ValueTask<RecordMetadata> ProduceLaterAsync(OwnedRecord record, PendingDelivery delivery, CancellationToken cancellation)
    {
        try
        {
            await _accumulator.AppendAsync(record, delivery, cancellation).ConfigureAwait(false);
        }
        catch
        {
            _deliveries.Return(delivery);
            throw;
        }

        return cancellation.CanBeCanceled
            ? await WaitAsync(delivery.Task, cancellation).ConfigureAwait(false)
            : await delivery.Task.ConfigureAwait(false);
    }

    private static async ValueTask<RecordMetadata> WaitAsync(ValueTask<RecordMetadata> delivery, CancellationToken cancellation)
    {
        var task = delivery.AsTask();
        try
        {
            return await task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!task.IsCompleted)
        {
            // Nobody will look at its failure any more; that is reported where all failures are.
            _ = task.ContinueWith(
                static t => _ = t.Exception, CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }
}
