using Samsa.Client.Configuration;
using Samsa.Client.Connections;
using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Client.Consumer.Groups.Membership;

namespace Samsa.Client.Consumer;

/// <summary>The options of a consumer. Each property names Kafka's key for it; defaults are Kafka's.</summary>
public sealed class ConsumerOptions : ClientOptions
{
    private const int BytesPerKilobyte = 1024;
    private const string AssignmentKey = "partition.assignment.strategy";
    private const string JavaPackage = "org.apache.kafka.clients.consumer.";

    private static readonly OptionTable<ConsumerOptions> Keys = MakeKeys();

    private static readonly Func<PartitionAssignor>[] DefaultStrategy = [() => new RangeAssignor(), () => new CooperativeStickyAssignor()];

    // Null until they are set: a protocol that does not obey them has to say so.
    private IReadOnlyList<Func<PartitionAssignor>>? _strategy;
    private TimeSpan? _sessionTimeout;
    private TimeSpan? _heartbeatInterval;

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

    /// <summary>How the members of the group agree who reads what (<c>group.protocol</c>).</summary>
    public GroupProtocol GroupProtocol { get; set; } = GroupProtocol.Classic;

    /// <summary>
    /// Makes the consumer a static member under this name (<c>group.instance.id</c>, KIP-345): one that comes back within <see cref="SessionTimeout"/> gets
    /// its partitions back without a rebalance. Of the members of a group each must have another one.
    /// </summary>
    public string? GroupInstanceId { get; set; }

    /// <summary>
    /// How the partitions are shared out, best first; all members of a group must have one in common (<c>partition.assignment.strategy</c>: <c>range</c>,
    /// <c>roundrobin</c>, <c>sticky</c>, <c>cooperative-sticky</c> or the names of Kafka's Java classes). Each consumer makes its own objects.
    /// </summary>
    public IReadOnlyList<Func<PartitionAssignor>> PartitionAssignmentStrategy
    {
        get => _strategy ?? DefaultStrategy;
        set => _strategy = value;
    }

    /// <summary>
    /// The assignor on the coordinator, <c>uniform</c> or <c>range</c> (<c>group.remote.assignor</c>); null for the coordinator's choice. With
    /// <see cref="GroupProtocol.Consumer"/> only.
    /// </summary>
    public string? GroupRemoteAssignor { get; set; }

    /// <summary>How long the coordinator waits for a heartbeat before it gives the member's partitions to others (<c>session.timeout.ms</c>). With <see cref="GroupProtocol.Consumer"/> the coordinator decides.</summary>
    public TimeSpan SessionTimeout
    {
        get => _sessionTimeout ?? TimeSpan.FromSeconds(45);
        set => _sessionTimeout = value;
    }

    /// <summary>How often a member sends a heartbeat (<c>heartbeat.interval.ms</c>). With <see cref="GroupProtocol.Consumer"/> the coordinator decides.</summary>
    public TimeSpan HeartbeatInterval
    {
        get => _heartbeatInterval ?? TimeSpan.FromSeconds(3);
        set => _heartbeatInterval = value;
    }

    /// <summary>
    /// How long a member may work on what it got before it asks for more; then it leaves the group until it does (<c>max.poll.interval.ms</c>). Noticed with
    /// a heartbeat. Members have as long to give partitions back in a rebalance.
    /// </summary>
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether a pattern passes over topics that the cluster made for itself (<c>exclude.internal.topics</c>).</summary>
    public bool ExcludeInternalTopics { get; set; } = true;

    /// <summary>Whether a member that is not static says when it is closed, so that others take over at once (<c>internal.leave.group.on.close</c>).</summary>
    public bool LeaveGroupOnClose { get; set; } = true;

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

        if (GroupInstanceId is "")
        {
            throw new ClientConfigException("group.instance.id", "group.instance.id is empty; leave it out for a member that is not static.");
        }

        CheckProtocol();
        MakeAssignors();
        InMilliseconds("session.timeout.ms", SessionTimeout);
        InMilliseconds("heartbeat.interval.ms", HeartbeatInterval);
        InMilliseconds("max.poll.interval.ms", MaxPollInterval);
        if (HeartbeatInterval >= SessionTimeout)
        {
            throw new ClientConfigException(
                "heartbeat.interval.ms",
                $"heartbeat.interval.ms is {HeartbeatInterval.TotalMilliseconds}; it must be lower than session.timeout.ms, {SessionTimeout.TotalMilliseconds}.");
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

    /// <summary>The assignors of one consumer.</summary>
    /// <exception cref="ClientConfigException">They do not go together.</exception>
    internal IReadOnlyList<PartitionAssignor> MakeAssignors()
    {
        PartitionAssignor[] assignors = [.. PartitionAssignmentStrategy.Select(make => make())];
        if (assignors.Length == 0)
        {
            throw new ClientConfigException(AssignmentKey, $"{AssignmentKey} is empty; name at least one strategy.");
        }

        if (assignors.DistinctBy(a => a.Name).Count() < assignors.Length)
        {
            throw new ClientConfigException(AssignmentKey, $"{AssignmentKey} has two strategies of the same name.");
        }

        if (assignors.Select(a => a.SupportedProtocols).Aggregate<IEnumerable<RebalanceProtocol>>((a, b) => a.Intersect(b)).Any())
        {
            return assignors;
        }

        throw new ClientConfigException(
            AssignmentKey, $"{AssignmentKey} has strategies that agree neither on eager nor on cooperative rebalances.");
    }

    /// <summary>What membership has to know.</summary>
    internal MembershipSettings MakeMembershipSettings(IReadOnlyList<PartitionAssignor> assignors, Backoff backoff) => new()
    {
        HeartbeatInterval = HeartbeatInterval,
        MaxPollInterval = MaxPollInterval,
        InstanceId = GroupInstanceId,
        Backoff = backoff.After,
        IsCooperative = assignors.Count > 0 && assignors.All(a => a.SupportedProtocols.Contains(RebalanceProtocol.Cooperative)),
        LeavesOnClose = LeaveGroupOnClose,
    };

    // As Kafka's own consumer: what the other protocol would not obey is a mistake.
    private void CheckProtocol()
    {
        if (GroupProtocol == GroupProtocol.Classic)
        {
            if (GroupRemoteAssignor is not null)
            {
                throw new ClientConfigException("group.remote.assignor", "group.remote.assignor needs group.protocol=consumer.");
            }

            return;
        }

        foreach (var (key, isSet) in ((string, bool)[])
        [
            (AssignmentKey, _strategy is not null), ("session.timeout.ms", _sessionTimeout is not null), ("heartbeat.interval.ms", _heartbeatInterval is not null),
        ])
        {
            if (isSet)
            {
                throw new ClientConfigException(key, $"{key} cannot be set with group.protocol=consumer: the coordinator decides.");
            }
        }
    }

    private static void AtLeast(string key, long value, long least)
    {
        if (value < least)
        {
            throw new ClientConfigException(key, $"{key} is {value}; it must be at least {least}.");
        }
    }

    private static void InMilliseconds(string key, TimeSpan value)
    {
        Positive(key, value);
        if (value.TotalMilliseconds > int.MaxValue)
        {
            throw new ClientConfigException(key, $"{key} is {value.TotalMilliseconds}; it must fit into 32 bits.");
        }
    }

    private static Func<PartitionAssignor>[] Strategies(string name, string value) =>
    [
        .. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select<string, Func<PartitionAssignor>>(strategy =>
            (strategy.StartsWith(JavaPackage, StringComparison.Ordinal) ? strategy[JavaPackage.Length..] : strategy) switch
            {
                "range" or "RangeAssignor" => () => new RangeAssignor(),
                "roundrobin" or "RoundRobinAssignor" => () => new RoundRobinAssignor(),
                "sticky" or "StickyAssignor" => () => new StickyAssignor(),
                "cooperative-sticky" or "CooperativeStickyAssignor" => () => new CooperativeStickyAssignor(),
                _ => throw new ClientConfigException(
                    name, $"{name} has '{strategy}'; it must have some of range, roundrobin, sticky, cooperative-sticky. Others are set in code."),
            }),
    ];

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

        keys.Choice(
            "group.protocol", nameof(GroupProtocol), (o, v) => o.GroupProtocol = v,
            ("classic", GroupProtocol.Classic), ("consumer", GroupProtocol.Consumer));
        keys.Text("group.remote.assignor", nameof(GroupRemoteAssignor), (o, v) => o.GroupRemoteAssignor = v);
        keys.Text("group.instance.id", nameof(GroupInstanceId), (o, v) => o.GroupInstanceId = v);
        keys.Key(AssignmentKey, (o, v) => o.PartitionAssignmentStrategy = Strategies(AssignmentKey, v));
        keys.Property(
            nameof(PartitionAssignmentStrategy), (o, v) => o.PartitionAssignmentStrategy = Strategies(nameof(PartitionAssignmentStrategy), v));
        keys.Milliseconds("session.timeout.ms", nameof(SessionTimeout), (o, v) => o.SessionTimeout = v);
        keys.Milliseconds("heartbeat.interval.ms", nameof(HeartbeatInterval), (o, v) => o.HeartbeatInterval = v);
        keys.Milliseconds("max.poll.interval.ms", nameof(MaxPollInterval), (o, v) => o.MaxPollInterval = v);
        keys.Boolean("exclude.internal.topics", nameof(ExcludeInternalTopics), (o, v) => o.ExcludeInternalTopics = v);
        keys.Boolean("internal.leave.group.on.close", nameof(LeaveGroupOnClose), (o, v) => o.LeaveGroupOnClose = v);

        // Of the Java client's classes, and of another kind of groups.
        keys.WithoutEffect(
            "internal.throw.on.fetch.stable.offset.unsupported",
            "share.acknowledgement.mode", "interceptor.classes", "key.deserializer", "value.deserializer");
        return keys;
    }
}
