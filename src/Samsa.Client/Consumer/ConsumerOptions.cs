using Samsa.Client.Configuration;

namespace Samsa.Client.Consumer;

/// <summary>The options of a consumer. Each property names Kafka's key for it; defaults are Kafka's.</summary>
public sealed class ConsumerOptions : ClientOptions
{
    private const int BytesPerKilobyte = 1024;

    private static readonly OptionTable<ConsumerOptions> Keys = MakeKeys();

    /// <summary>
    /// The group (<c>group.id</c>): it keeps offsets, where assigned partitions begin and which are committed. Partitions can be assigned without one.
    /// </summary>
    public string? GroupId { get; set; }

    /// <summary>
    /// Whether offsets are committed every <see cref="AutoCommitInterval"/> and at the end, where there is a group (<c>enable.auto.commit</c>): those of
    /// records that the caller has moved past.
    /// </summary>
    public bool EnableAutoCommit { get; set; } = true;

    /// <summary>How often that is (<c>auto.commit.interval.ms</c>).</summary>
    public TimeSpan AutoCommitInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether a record counts as done, to be committed automatically, as soon as the caller moves past it (librdkafka's
    /// <c>enable.auto.offset.store</c>); otherwise when the caller says so with <see cref="KafkaConsumerBase.StoreOffset"/>.
    /// </summary>
    public bool EnableAutoOffsetStore { get; set; } = true;

    /// <summary>What happens without a position, or with one that is gone (<c>auto.offset.reset</c>).</summary>
    public AutoOffsetReset AutoOffsetReset { get; set; } = AutoOffsetReset.Latest;

    /// <summary>How far back <see cref="AutoOffsetReset.ByDuration"/> goes (<c>auto.offset.reset=by_duration:PT1H</c>).</summary>
    public TimeSpan AutoOffsetResetDuration { get; set; }

    /// <summary>Whether records of open and aborted transactions are seen (<c>isolation.level</c>).</summary>
    public IsolationLevel IsolationLevel { get; set; } = IsolationLevel.ReadUncommitted;

    /// <summary>A broker holds a fetch back until it has so many bytes, or <see cref="FetchMaxWait"/> is over (<c>fetch.min.bytes</c>).</summary>
    public int FetchMinBytes { get; set; } = 1;

    /// <summary>How long a broker may hold a fetch back (<c>fetch.max.wait.ms</c>).</summary>
    public TimeSpan FetchMaxWait { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The most bytes of one answer; a larger first batch comes nevertheless (<c>fetch.max.bytes</c>).</summary>
    public int FetchMaxBytes { get; set; } = 50 * BytesPerKilobyte * BytesPerKilobyte;

    /// <summary>The most bytes of one partition in an answer; a larger first batch comes nevertheless (<c>max.partition.fetch.bytes</c>).</summary>
    public int MaxPartitionFetchBytes { get; set; } = BytesPerKilobyte * BytesPerKilobyte;

    /// <summary>
    /// The most bytes of answers that are fetched ahead, those on their way included; one batch that is larger comes nevertheless
    /// (librdkafka's <c>queued.max.messages.kbytes</c>, in kilobytes there).
    /// </summary>
    public long QueuedMaxBytes { get; set; } = 64L * BytesPerKilobyte * BytesPerKilobyte;

    /// <summary>The most records of one poll (<c>max.poll.records</c>).</summary>
    public int MaxPollRecords { get; set; } = 500;

    /// <summary>Whether the checksum of each batch is compared (<c>check.crcs</c>).</summary>
    public bool CheckCrcs { get; set; } = true;

    /// <summary>Whether a broker that makes missing topics may make one that is assigned (<c>allow.auto.create.topics</c>).</summary>
    public bool AllowAutoCreateTopics { get; set; } = true;

    /// <summary>Where the client is, so that a broker can name a replica nearby (<c>client.rack</c>, KIP-392).</summary>
    public string ClientRack { get; set; } = "";

    /// <summary>How long questions without a limit of their own may take (<c>default.api.timeout.ms</c>).</summary>
    public TimeSpan DefaultApiTimeout { get; set; } = TimeSpan.FromMinutes(1);

    private protected override IOptionTable Table => Keys;

    private protected override string LogCategory => "Samsa.Client.Consumer";

    /// <inheritdoc/>
    internal override void Validate()
    {
        base.Validate();
        NotNegative("fetch.max.wait.ms", FetchMaxWait);
        NotNegative("auto.offset.reset", AutoOffsetResetDuration);
        Positive("default.api.timeout.ms", DefaultApiTimeout);
        Positive("auto.commit.interval.ms", AutoCommitInterval);
        if (GroupId is "")
        {
            throw new ClientConfigException("group.id", "group.id is empty; leave it out to consume without a group.");
        }

        AtLeast("fetch.min.bytes", FetchMinBytes, 0);
        AtLeast("fetch.max.bytes", FetchMaxBytes, 1);
        AtLeast("max.partition.fetch.bytes", MaxPartitionFetchBytes, 1);
        AtLeast("queued.max.messages.kbytes", QueuedMaxBytes, 1);
        AtLeast("max.poll.records", MaxPollRecords, 1);
        if (FetchMaxWait.TotalMilliseconds > int.MaxValue)
        {
            throw new ClientConfigException("fetch.max.wait.ms", $"fetch.max.wait.ms is {FetchMaxWait.TotalMilliseconds}; it must fit into 32 bits.");
        }
    }

    private static void AtLeast(string key, long value, long least)
    {
        if (value < least)
        {
            throw new ClientConfigException(key, $"{key} is {value}; it must be at least {least}.");
        }
    }

    private static void SetReset(ConsumerOptions options, string name, string value)
    {
        const string ByDuration = "by_duration:";
        if (value.StartsWith(ByDuration, StringComparison.OrdinalIgnoreCase))
        {
            options.AutoOffsetResetDuration = IsoDuration.TryParse(value.AsSpan(ByDuration.Length)) ?? throw new ClientConfigException(
                name, $"{name} is '{value}'; after by_duration: it must have a duration of ISO 8601 such as PT1H30M or P7D, not negative.");
            options.AutoOffsetReset = AutoOffsetReset.ByDuration;
            return;
        }

        options.AutoOffsetReset = value.ToLowerInvariant() switch
        {
            "latest" => AutoOffsetReset.Latest,
            "earliest" => AutoOffsetReset.Earliest,
            "none" => AutoOffsetReset.None,
            "byduration" when name == nameof(AutoOffsetReset) => AutoOffsetReset.ByDuration,
            _ => throw new ClientConfigException(name, $"{name} is '{value}'; it must be one of latest, earliest, none, by_duration:<duration>."),
        };
    }

    private static long Kilobytes(string key, string value) => OptionTable<ConsumerOptions>.ParseInt64(key, value) is var kilobytes
        && kilobytes is >= 0 and <= int.MaxValue
            ? kilobytes * BytesPerKilobyte
            : throw new ClientConfigException(key, $"{key} is '{value}'; it must be a 32-bit integer.");

    private static OptionTable<ConsumerOptions> MakeKeys()
    {
        var keys = new OptionTable<ConsumerOptions>("a consumer");
        keys.Text("group.id", nameof(GroupId), (o, v) => o.GroupId = v);
        keys.Boolean("enable.auto.commit", nameof(EnableAutoCommit), (o, v) => o.EnableAutoCommit = v);
        keys.Milliseconds("auto.commit.interval.ms", nameof(AutoCommitInterval), (o, v) => o.AutoCommitInterval = v);
        keys.Boolean("enable.auto.offset.store", nameof(EnableAutoOffsetStore), (o, v) => o.EnableAutoOffsetStore = v);
        keys.Key("auto.offset.reset", (o, v) => SetReset(o, "auto.offset.reset", v));
        keys.Property(nameof(AutoOffsetReset), (o, v) => SetReset(o, nameof(AutoOffsetReset), v));
        keys.Time(nameof(AutoOffsetResetDuration), (o, v) => o.AutoOffsetResetDuration = v);
        keys.Choice(
            "isolation.level", nameof(IsolationLevel), (o, v) => o.IsolationLevel = v,
            ("read_uncommitted", IsolationLevel.ReadUncommitted), ("read_committed", IsolationLevel.ReadCommitted));
        keys.Int32("fetch.min.bytes", nameof(FetchMinBytes), (o, v) => o.FetchMinBytes = v);
        keys.Milliseconds("fetch.max.wait.ms", nameof(FetchMaxWait), (o, v) => o.FetchMaxWait = v);
        keys.Int32("fetch.max.bytes", nameof(FetchMaxBytes), (o, v) => o.FetchMaxBytes = v);
        keys.Int32("max.partition.fetch.bytes", nameof(MaxPartitionFetchBytes), (o, v) => o.MaxPartitionFetchBytes = v);
        keys.Key("queued.max.messages.kbytes", (o, v) => o.QueuedMaxBytes = Kilobytes("queued.max.messages.kbytes", v));
        keys.Property(nameof(QueuedMaxBytes), (o, v) => o.QueuedMaxBytes = OptionTable<ConsumerOptions>.ParseInt64(nameof(QueuedMaxBytes), v));
        keys.Int32("max.poll.records", nameof(MaxPollRecords), (o, v) => o.MaxPollRecords = v);
        keys.Boolean("check.crcs", nameof(CheckCrcs), (o, v) => o.CheckCrcs = v);
        keys.Boolean("allow.auto.create.topics", nameof(AllowAutoCreateTopics), (o, v) => o.AllowAutoCreateTopics = v);
        keys.Text("client.rack", nameof(ClientRack), (o, v) => o.ClientRack = v);
        keys.Milliseconds("default.api.timeout.ms", nameof(DefaultApiTimeout), (o, v) => o.DefaultApiTimeout = v);

        // Of membership in groups, which is not there yet, and of the Java client's classes.
        keys.WithoutEffect(
            "group.instance.id", "group.protocol", "group.remote.assignor",
            "heartbeat.interval.ms", "session.timeout.ms", "max.poll.interval.ms", "partition.assignment.strategy",
            "exclude.internal.topics", "internal.leave.group.on.close", "internal.throw.on.fetch.stable.offset.unsupported",
            "share.acknowledgement.mode", "interceptor.classes", "key.deserializer", "value.deserializer");
        return keys;
    }
}
