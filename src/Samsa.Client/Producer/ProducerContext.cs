using Microsoft.Extensions.Logging;
using Samsa.Client.Connections;
using Samsa.Client.Diagnostics;
using Samsa.Client.Metadata;
using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>What the parts of one producer share: its settings, read once, and what they all count in. Entered from any thread.</summary>
internal sealed class ProducerContext : IDisposable
{
    private int _flushing;
    private volatile bool _isClosed;

    public ProducerContext(ProducerOptions options, ClusterClient cluster)
    {
        Cluster = cluster;
        Acks = options.Acks;
        IsIdempotent = options.EnableIdempotence;
        BatchSize = options.BatchSize;
        MaxRequestSize = options.MaxRequestSize;
        MaxInFlight = options.MaxInFlightRequestsPerConnection;
        Retries = options.Retries;
        RequestTimeout = options.RequestTimeout;
        DeliveryTimeout = options.DeliveryTimeout;
        MaxBlock = options.MaxBlock;
        Compression = options.CompressionType;
        DeliveryFailed = options.DeliveryFailed;
        LingerTicks = Ticks(options.Linger);
        DeliveryTimeoutTicks = Ticks(options.DeliveryTimeout);
        IsAdaptive = options.PartitionerAdaptivePartitioningEnable;
        AvailabilityTicks = Ticks(options.PartitionerAvailabilityTimeout);
        MetadataIdleTicks = Ticks(options.MetadataMaxIdle);
        Budget = new MemoryBudget(options.BufferMemory);
        Pool = new BatchPool(Budget, new RecordBatchOptions { Compression = options.CompressionType, CompressionLevel = options.CompressionLevel });
        Metrics = new ProducerMetrics(options.ClientId);
        Identities = new ProducerIdentitySource(cluster, options.RequestTimeout);
        LiveClients.Add(this);
    }

    public ClusterClient Cluster { get; }

    public TimeProvider Time => Cluster.Time;

    public ILogger Logger => Cluster.Logger;

    public Backoff RetryBackoff => Cluster.RetryBackoff;

    public MemoryBudget Budget { get; }

    public BatchPool Pool { get; }

    public ProducerMetrics Metrics { get; }

    public ProducerIdentitySource Identities { get; }

    public Acks Acks { get; }

    public bool IsIdempotent { get; }

    public int BatchSize { get; }

    public int MaxRequestSize { get; }

    public int MaxInFlight { get; }

    public int Retries { get; }

    public TimeSpan RequestTimeout { get; }

    public TimeSpan DeliveryTimeout { get; }

    public TimeSpan MaxBlock { get; }

    public CompressionType Compression { get; }

    public DeliveryFailedHandler? DeliveryFailed { get; }

    /// <summary><c>linger.ms</c> in the clock's ticks.</summary>
    public long LingerTicks { get; }

    /// <summary><c>delivery.timeout.ms</c> in the clock's ticks.</summary>
    public long DeliveryTimeoutTicks { get; }

    /// <summary>Whether partitions whose batches wait get less.</summary>
    public bool IsAdaptive { get; }

    /// <summary><c>partitioner.availability.timeout.ms</c> in the clock's ticks, 0 for never.</summary>
    public long AvailabilityTicks { get; }

    /// <summary><c>metadata.max.idle.ms</c> in the clock's ticks.</summary>
    public long MetadataIdleTicks { get; }

    /// <summary>Whether no record is accepted any more.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Whether batches are sent without waiting for more records.</summary>
    public bool IsUrgent => Volatile.Read(ref _flushing) > 0 || Budget.IsExhausted;

    public void Close() => _isClosed = true;

    public void BeginFlush() => Interlocked.Increment(ref _flushing);

    public void EndFlush() => Interlocked.Decrement(ref _flushing);

    /// <summary>A time span in the clock's ticks, bounded so that sums with timestamps do not overflow.</summary>
    public long Ticks(TimeSpan span) => (long)Math.Min(span.TotalSeconds * Time.TimestampFrequency, long.MaxValue / 4);

    /// <summary>Gives a batch's records their failure, and tells whoever wants to hear of it.</summary>
    public void Fail(ProducerBatch batch, KafkaException exception)
    {
        Metrics.Failed(batch.Queue.Topic, batch.Count, exception.ErrorCode);
        Logger.LogWarning(
            "{Records} records of {Topic}-{Partition} were not delivered: {Reason}",
            batch.Count, batch.Queue.Topic, batch.Queue.Partition, exception.Message);
        batch.Fail(exception, DeliveryFailed is null ? null : Report);
    }

    public void Dispose()
    {
        LiveClients.Remove(this);
        Pool.Dispose();
    }

    // The handler is the user's: what it throws must not keep the other records from their results.
    private void Report(in FailedRecord record)
    {
        try
        {
            DeliveryFailed!(record);
        }
        catch (Exception e)
        {
            Logger.LogError(e, "The handler of failed deliveries failed itself");
        }
    }
}
