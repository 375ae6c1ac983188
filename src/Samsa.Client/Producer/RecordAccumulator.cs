using System.Collections.Concurrent;
using Samsa.Client.Metadata;
using Samsa.Protocol;

namespace Samsa.Client.Producer;

/// <summary>
/// Takes records in: finds their partition, and encodes them into its batch; where that cannot be done at once, waits without a thread.
/// Owns the topics that were produced to. Entered from any thread; lives with the producer. What it refuses is a <see cref="KafkaException"/>,
/// and such a record is nowhere.
/// </summary>
internal sealed class RecordAccumulator(ProducerContext context, ProducerOptions options, SenderPool senders, CancellationToken stopping)
{
    private readonly ConcurrentDictionary<string, TopicQueues> _topics = new(StringComparer.Ordinal);
    private readonly IPartitioner? _partitioner = options.Partitioner;
    private readonly bool _ignoreKeys = options.PartitionerIgnoreKeys;
    private readonly TimeSpan _maxBlock = options.MaxBlock;
    private TopicQueues? _latest;

    /// <summary>Encodes a record into a batch, if that needs no waiting.</summary>
    /// <exception cref="KafkaException">The record can never be sent.</exception>
    /// <exception cref="ObjectDisposedException">The producer is closed.</exception>
    public AppendResult TryAppend(in RecordParts record, PendingDelivery? delivery)
    {
        var reserved = 0;
        var topic = TopicOf(record.Topic);
        return topic.HasLine ? AppendResult.OutOfTurn : TryAppend(topic, record, delivery, ref reserved);
    }

    /// <summary>
    /// Encodes a record into a batch, once its topic is known and there is room. Calls for one topic take effect in their order.
    /// </summary>
    /// <exception cref="KafkaException">The record cannot be sent, or not within <c>max.block.ms</c>.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the record is nowhere.</exception>
    public async Task AppendAsync(OwnedRecord record, PendingDelivery? delivery, CancellationToken cancellation)
    {
        // What stands before the first await happens before the caller goes on: its next record comes behind this one.
        var topic = TopicOf(record.Topic);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = topic.JoinLine(end);
        using var timeout = new CancellationTokenSource(_maxBlock, context.Time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation, stopping);
        var waitsFor = "earlier records of its topic";
        var reserved = 0;
        try
        {
            await before.WaitAsync(any.Token).ConfigureAwait(false);
            for (var refreshed = false; ;)
            {
                switch (TryAppend(topic, record.Parts, delivery, ref reserved))
                {
                    case AppendResult.Appended:
                        return;
                    case AppendResult.NoRoom:
                        waitsFor = "room in buffer.memory";
                        reserved = await ReserveAsync(record, any.Token).ConfigureAwait(false);
                        break;
                    case AppendResult.UnknownTopic:
                        waitsFor = "metadata of its topic";
                        await context.Cluster.Metadata.TopicAsync(record.Topic, _maxBlock, any.Token).ConfigureAwait(false);
                        senders.Route();
                        break;
                    case AppendResult.UnknownPartition when !refreshed:
                        waitsFor = "metadata of its topic";
                        refreshed = true;
                        await context.Cluster.Metadata.RefreshAsync(any.Token).ConfigureAwait(false);
                        senders.Route();
                        break;
                    default:
                        throw new KafkaException(
                            ErrorCode.UnknownTopicOrPartition,
                            $"Topic '{record.Topic}' has no partition {record.Parts.Partition}; it has {topic.Partitions.Length}.");
                }
            }
        }
        catch (OperationCanceledException) when (any.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            ObjectDisposedException.ThrowIf(stopping.IsCancellationRequested, typeof(KafkaProducer));
            throw new KafkaException(
                ErrorCode.RequestTimedOut, $"A record for '{record.Topic}' waited {_maxBlock.TotalMilliseconds} ms (max.block.ms) for {waitsFor}.");
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(cancellation);
        }
        finally
        {
            if (reserved > 0)
            {
                context.Budget.Release(reserved);
            }

            topic.LeaveLine(before, end);
        }
    }

    /// <summary>Makes a topic known before its first record.</summary>
    /// <exception cref="KafkaException">The topic cannot be used.</exception>
    public async ValueTask<TopicMetadata> LearnAsync(string name, CancellationToken cancellation)
    {
        var topic = TopicOf(name);
        var metadata = await context.Cluster.Metadata.TopicAsync(name, _maxBlock, cancellation).ConfigureAwait(false);
        if (topic.Partitions.Length < metadata.Partitions.Count)
        {
            senders.Route();
        }

        return metadata;
    }

    /// <summary>All topics so far.</summary>
    public IEnumerable<TopicQueues> Topics
    {
        get
        {
            foreach (var (_, topic) in _topics)
            {
                yield return topic;
            }
        }
    }

    private TopicQueues TopicOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name, "topic");

        // Most programs name the same topic, by the same string, again and again.
        if (_latest is { } latest && ReferenceEquals(latest.Name, name))
        {
            return latest;
        }

        var topic = _topics.TryGetValue(name, out var known) ? known : _topics.GetOrAdd(name, new TopicQueues(name, context));
        _latest = topic;
        return topic;
    }

    private AppendResult TryAppend(TopicQueues topic, in RecordParts record, PendingDelivery? delivery, ref int reserved)
    {
        ObjectDisposedException.ThrowIf(context.IsClosed, typeof(KafkaProducer));
        var mostBytes = record.MostBytes;
        ThrowIfTooLarge(record.Topic, mostBytes);
        var partitions = topic.Partitions;
        if (partitions.Length == 0)
        {
            return AppendResult.UnknownTopic;
        }

        var timestamp = record.Timestamp ?? context.Time.GetUtcNow().ToUnixTimeMilliseconds();
        if (record.Partition is null && _partitioner is null && (record.Key.IsNull || _ignoreKeys))
        {
            return AppendSticky(topic, record, mostBytes, timestamp, delivery, ref reserved);
        }

        var partition = record.Partition
            ?? _partitioner?.Partition(record.Topic, record.Key, record.Value, partitions.Length)
            ?? Murmur2.Partition(record.Key.Span, partitions.Length);
        return (uint)partition < (uint)partitions.Length
            ? partitions[partition].TryAppend(record, mostBytes, timestamp, delivery, mayMove: false, ref reserved)
            : record.Partition is null
                ? throw new InvalidOperationException($"The partitioner chose partition {partition} of {partitions.Length} for '{record.Topic}'.")
                : AppendResult.UnknownPartition;
    }

    private static AppendResult AppendSticky(
        TopicQueues topic, in RecordParts record, long mostBytes, long timestamp, PendingDelivery? delivery, ref int reserved)
    {
        var queue = topic.Sticky;
        var result = queue.TryAppend(record, mostBytes, timestamp, delivery, mayMove: true, ref reserved);
        if (result == AppendResult.MoveOn)
        {
            topic.Leave(queue);
            queue = topic.Sticky;
            result = queue.TryAppend(record, mostBytes, timestamp, delivery, mayMove: false, ref reserved);
        }

        if (result == AppendResult.Appended)
        {
            topic.Count(queue, mostBytes);
        }

        return result;
    }

    private async Task<int> ReserveAsync(OwnedRecord record, CancellationToken cancellation)
    {
        var size = PartitionQueue.SizeOfNewBatch(record.Parts.MostBytes, context.BatchSize);
        var reserving = context.Budget.ReserveAsync(size, cancellation);

        // Open batches do not wait for their linger now: they hold the room.
        senders.WakeAll();
        await reserving.ConfigureAwait(false);
        return size;
    }

    private void ThrowIfTooLarge(string topic, long mostBytes)
    {
        if (mostBytes > options.MaxRequestSize)
        {
            throw new KafkaException(
                ErrorCode.MessageTooLarge,
                $"A record for '{topic}' takes up to {mostBytes} bytes; max.request.size allows {options.MaxRequestSize}.");
        }

        if (PartitionQueue.SizeOfNewBatch(mostBytes, context.BatchSize) > context.Budget.Total)
        {
            throw new KafkaException(
                ErrorCode.MessageTooLarge,
                $"A record for '{topic}' takes up to {mostBytes} bytes, in a batch of {context.BatchSize}; buffer.memory is {context.Budget.Total}.");
        }
    }
}
