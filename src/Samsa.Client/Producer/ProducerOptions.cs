using Samsa.Client.Configuration;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>What a producer may be told. Each property names Kafka's key for it; defaults are those of Kafka 4.</summary>
public sealed class ProducerOptions : ClientOptions
{
    /// <summary>Kafka's bound of requests in flight under which a broker can tell duplicates (five batches per producer are remembered).</summary>
    internal const int MostInFlightWithIdempotence = 5;

    // Kafka's bound, in ms.
    private const int LeastMetadataIdle = 5000;

    private static readonly OptionTable<ProducerOptions> Keys = DeclareKeys();

    private bool? _idempotence;

    /// <summary>Options with Kafka's defaults.</summary>
    public ProducerOptions() => ClientId = "samsa-producer";

    /// <summary>When a record counts as delivered (<c>acks</c>).</summary>
    public Acks Acks { get; set; } = Acks.All;

    /// <summary>How long a batch waits for more records (<c>linger.ms</c>).</summary>
    public TimeSpan Linger { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// The bytes of a batch, before compression, at which it is sent without waiting (<c>batch.size</c>); a larger record goes alone. Kafka's
    /// Java client estimates the size after compression instead.
    /// </summary>
    public int BatchSize { get; set; } = 16384;

    /// <summary>
    /// The bytes of batches that may wait or be under way (<c>buffer.memory</c>); each batch counts with <see cref="BatchSize"/> or its only
    /// record's size. When they are used up, sending waits.
    /// </summary>
    public long BufferMemory { get; set; } = 32 << 20;

    /// <summary>How long a call may wait for metadata and for room (<c>max.block.ms</c>). It never blocks a thread.</summary>
    public TimeSpan MaxBlock { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The most bytes of a record, before compression, and of a request's batches together (<c>max.request.size</c>).</summary>
    public int MaxRequestSize { get; set; } = 1048576;

    /// <summary>The codec of batches (<c>compression.type</c>).</summary>
    public CompressionType CompressionType { get; set; }

    /// <summary>The level of gzip, 1 to 9, or -1 for its default (<c>compression.gzip.level</c>).</summary>
    public int CompressionGzipLevel { get; set; } = CompressionLevels.GzipDefault;

    /// <summary>The level of lz4, 1 to 17 (<c>compression.lz4.level</c>).</summary>
    public int CompressionLz4Level { get; set; } = CompressionLevels.Lz4Default;

    /// <summary>The level of zstd, -131072 to 22 (<c>compression.zstd.level</c>).</summary>
    public int CompressionZstdLevel { get; set; } = CompressionLevels.ZstdDefault;

    /// <summary>How often a batch is sent again after failures that may pass, within <see cref="DeliveryTimeout"/> (<c>retries</c>).</summary>
    public int Retries { get; set; } = int.MaxValue;

    /// <summary>The time from a record's acceptance to its delivery, after which it has failed (<c>delivery.timeout.ms</c>).</summary>
    public TimeSpan DeliveryTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The requests that may be unanswered per broker (<c>max.in.flight.requests.per.connection</c>).</summary>
    public int MaxInFlightRequestsPerConnection { get; set; } = MostInFlightWithIdempotence;

    /// <summary>
    /// Whether brokers recognize batches that are sent again, and keep their order (<c>enable.idempotence</c>). On unless set, where
    /// <see cref="Acks"/>, <see cref="Retries"/> and <see cref="MaxInFlightRequestsPerConnection"/> allow it; setting it where they do not is an error.
    /// </summary>
    public bool EnableIdempotence
    {
        get => _idempotence ?? WhyNotIdempotent() is null;
        set => _idempotence = value;
    }

    /// <summary>
    /// Chooses the partition of records that name none; null for Kafka's default: by the murmur2 hash of the key, and records without key fill one
    /// partition's batch before they go on to another (<c>partitioner.class</c>).
    /// </summary>
    public IPartitioner? Partitioner { get; set; }

    /// <summary>Whether the default partitioner treats all records as having no key (<c>partitioner.ignore.keys</c>).</summary>
    public bool PartitionerIgnoreKeys { get; set; }

    /// <summary>
    /// Whether records without key go less often to partitions whose batches wait (KIP-794, <c>partitioner.adaptive.partitioning.enable</c>).
    /// </summary>
    public bool PartitionerAdaptivePartitioningEnable { get; set; } = true;

    /// <summary>
    /// Records without key go to no partition whose broker has taken no batch for so long although some are ready; zero for never
    /// (KIP-794, <c>partitioner.availability.timeout.ms</c>).
    /// </summary>
    public TimeSpan PartitionerAvailabilityTimeout { get; set; }

    /// <summary>A topic that nothing was sent to for so long is left out of later metadata requests (<c>metadata.max.idle.ms</c>).</summary>
    public TimeSpan MetadataMaxIdle { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Hears of every record that was accepted and could not be delivered.</summary>
    public DeliveryFailedHandler? DeliveryFailed { get; set; }

    /// <summary>How long disposal waits for records to be delivered; what is left then has failed.</summary>
    public TimeSpan DisposeTimeout { get; set; } = TimeSpan.FromSeconds(30);

    private protected override IOptionTable Table => Keys;

    private protected override string LogCategory => "Samsa.Client.Producer";

    /// <summary>The level of the codec that is chosen.</summary>
    internal int? CompressionLevel => CompressionType switch
    {
        CompressionType.Gzip => CompressionGzipLevel,
        CompressionType.Lz4 => CompressionLz4Level,
        CompressionType.Zstd => CompressionZstdLevel,
        _ => null,
    };

    internal override void Validate()
    {
        base.Validate();
        if (_idempotence == true && WhyNotIdempotent() is { } reason)
        {
            throw new ClientConfigException("enable.idempotence", $"enable.idempotence is true, which {reason}");
        }

        NotNegative("linger.ms", Linger);
        NotNegative("max.block.ms", MaxBlock);
        Positive("delivery.timeout.ms", DeliveryTimeout);
        NotNegative("partitioner.availability.timeout.ms", PartitionerAvailabilityTimeout);
        AtLeast("metadata.max.idle.ms", (long)MetadataMaxIdle.TotalMilliseconds, LeastMetadataIdle);
        AtLeast("batch.size", BatchSize, 0);
        AtLeast("buffer.memory", BufferMemory, 1);
        AtLeast("max.request.size", MaxRequestSize, 1);
        AtLeast("retries", Retries, 0);
        AtLeast("max.in.flight.requests.per.connection", MaxInFlightRequestsPerConnection, 1);
        Level("compression.gzip.level", CompressionType.Gzip, CompressionGzipLevel);
        Level("compression.lz4.level", CompressionType.Lz4, CompressionLz4Level);
        Level("compression.zstd.level", CompressionType.Zstd, CompressionZstdLevel);
        if (DeliveryTimeout < Linger + RequestTimeout)
        {
            throw new ClientConfigException(
                "delivery.timeout.ms",
                $"delivery.timeout.ms is {DeliveryTimeout.TotalMilliseconds}; it must be at least linger.ms plus request.timeout.ms, "
                + $"which is {(Linger + RequestTimeout).TotalMilliseconds}.");
        }
    }

    private static OptionTable<ProducerOptions> DeclareKeys()
    {
        var keys = new OptionTable<ProducerOptions>("a producer");
        keys.Choice("acks", nameof(Acks), (o, v) => o.Acks = v, ("all", Acks.All), ("-1", Acks.All), ("0", Acks.None), ("1", Acks.Leader));
        keys.Milliseconds("linger.ms", nameof(Linger), (o, v) => o.Linger = v);
        keys.Int32("batch.size", nameof(BatchSize), (o, v) => o.BatchSize = v);
        keys.Int64("buffer.memory", nameof(BufferMemory), (o, v) => o.BufferMemory = v);
        keys.Milliseconds("max.block.ms", nameof(MaxBlock), (o, v) => o.MaxBlock = v);
        keys.Int32("max.request.size", nameof(MaxRequestSize), (o, v) => o.MaxRequestSize = v);
        keys.Choice("compression.type", nameof(CompressionType), (o, v) => o.CompressionType = v,
            ("none", CompressionType.None), ("gzip", CompressionType.Gzip), ("snappy", CompressionType.Snappy),
            ("lz4", CompressionType.Lz4), ("zstd", CompressionType.Zstd));
        keys.Int32("compression.gzip.level", nameof(CompressionGzipLevel), (o, v) => o.CompressionGzipLevel = v);
        keys.Int32("compression.lz4.level", nameof(CompressionLz4Level), (o, v) => o.CompressionLz4Level = v);
        keys.Int32("compression.zstd.level", nameof(CompressionZstdLevel), (o, v) => o.CompressionZstdLevel = v);
        keys.Int32("retries", nameof(Retries), (o, v) => o.Retries = v);
        keys.Milliseconds("delivery.timeout.ms", nameof(DeliveryTimeout), (o, v) => o.DeliveryTimeout = v);
        keys.Int32("max.in.flight.requests.per.connection", nameof(MaxInFlightRequestsPerConnection), (o, v) => o.MaxInFlightRequestsPerConnection = v);
        keys.Boolean("enable.idempotence", nameof(EnableIdempotence), (o, v) => o.EnableIdempotence = v);
        keys.Boolean("partitioner.ignore.keys", nameof(PartitionerIgnoreKeys), (o, v) => o.PartitionerIgnoreKeys = v);
        keys.Key("partitioner.class", SetPartitioner);
        keys.Time(nameof(DisposeTimeout), (o, v) => o.DisposeTimeout = v);

        keys.Boolean(
            "partitioner.adaptive.partitioning.enable", nameof(PartitionerAdaptivePartitioningEnable), (o, v) => o.PartitionerAdaptivePartitioningEnable = v);
        keys.Milliseconds(
            "partitioner.availability.timeout.ms", nameof(PartitionerAvailabilityTimeout), (o, v) => o.PartitionerAvailabilityTimeout = v);
        keys.Milliseconds("metadata.max.idle.ms", nameof(MetadataMaxIdle), (o, v) => o.MetadataMaxIdle = v);

        // Serializers and interceptors are Java classes.
        keys.WithoutEffect("transaction.timeout.ms", "key.serializer", "value.serializer", "interceptor.classes");
        return keys;
    }

    private static void SetPartitioner(ProducerOptions options, string name)
    {
        const string Package = "org.apache.kafka.clients.producer.";
        options.Partitioner = name switch
        {
            "" or "null" or Package + "internals.DefaultPartitioner" or Package + "UniformStickyPartitioner" => null,
            Package + nameof(RoundRobinPartitioner) => new RoundRobinPartitioner(),
            _ => throw new ClientConfigException(
                "partitioner.class", $"partitioner.class is '{name}'; one of your own is set by {nameof(ProducerOptions)}.{nameof(Partitioner)}."),
        };
        if (name == Package + "UniformStickyPartitioner")
        {
            options.PartitionerIgnoreKeys = true;
        }
    }

    private string? WhyNotIdempotent() =>
        Acks != Acks.All ? $"needs acks=all; acks is {(int)Acks}."
        : MaxInFlightRequestsPerConnection > MostInFlightWithIdempotence
            ? $"needs max.in.flight.requests.per.connection of at most {MostInFlightWithIdempotence}; it is {MaxInFlightRequestsPerConnection}."
        : Retries == 0 ? "needs retries; retries is 0."
        : null;

    private static void AtLeast(string key, long value, long least)
    {
        if (value < least)
        {
            throw new ClientConfigException(key, $"{key} is {value}; it must be at least {least}.");
        }
    }

    private static void Level(string key, CompressionType type, int level)
    {
        if (!CompressionLevels.IsValid(type, level))
        {
            throw new ClientConfigException(key, $"{key} is {level}; {type} has no such level.");
        }
    }
}
