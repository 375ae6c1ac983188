using static Samsa.Broker.Metrics.MetricKind;

namespace Samsa.Broker.Metrics;

/// <summary>
/// Every metric of the broker, declared once. Names are Kafka's; a test compares them with the beans that running Kafka
/// brokers showed. The recipe "add a metric" in CONTRIBUTING.md starts here.
/// </summary>
public static class MetricCatalogue
{
    private const string Server = "kafka.server";
    private const string Network = "kafka.network";
    private const string Topics = "BrokerTopicMetrics";
    private const string Requests = "RequestMetrics";
    private const string Replicas = "ReplicaManager";
    private const string Sockets = "socket-server-metrics";
    private const string Controller = "KafkaController";
    private const string Coordinator = "group-coordinator-metrics";

    // Per topic, and once more without the label for all topics, as Kafka does.
    public static readonly MetricFamily MessagesIn = PerTopic("MessagesInPerSec", "Records appended by producers.");
    public static readonly MetricFamily BytesIn = PerTopic("BytesInPerSec", "Bytes of records appended by producers.");
    public static readonly MetricFamily BytesOut = PerTopic("BytesOutPerSec", "Bytes of records sent to consumers.");
    public static readonly MetricFamily BytesRejected = PerTopic("BytesRejectedPerSec", "Bytes of records refused as too large.");
    public static readonly MetricFamily TotalProduceRequests =
        PerTopic("TotalProduceRequestsPerSec", "Produce requests, once per partition named.");
    public static readonly MetricFamily TotalFetchRequests =
        PerTopic("TotalFetchRequestsPerSec", "Fetch requests, once per partition named.");
    public static readonly MetricFamily FailedProduceRequests =
        PerTopic("FailedProduceRequestsPerSec", "Produce requests that failed in the broker, once per partition.");
    public static readonly MetricFamily FailedFetchRequests =
        PerTopic("FailedFetchRequestsPerSec", "Fetch requests that failed in the broker, once per partition.");
    public static readonly MetricFamily ProduceMessageConversions =
        PerTopic("ProduceMessageConversionsPerSec", "Records converted to the current format on the way in.");
    public static readonly MetricFamily FetchMessageConversions =
        PerTopic("FetchMessageConversionsPerSec", "Records converted to an older format on the way out.");
    public static readonly MetricFamily NoKeyCompactedTopicRecords =
        PerTopic("NoKeyCompactedTopicRecordsPerSec", "Records without a key that a compacted topic refused.");
    public static readonly MetricFamily InvalidMagicNumberRecords =
        PerTopic("InvalidMagicNumberRecordsPerSec", "Batches refused for an unknown format version.");
    public static readonly MetricFamily InvalidMessageCrcRecords =
        PerTopic("InvalidMessageCrcRecordsPerSec", "Batches refused for a wrong checksum.");
    public static readonly MetricFamily InvalidOffsetOrSequenceRecords =
        PerTopic("InvalidOffsetOrSequenceRecordsPerSec", "Batches refused for their offsets or sequence numbers.");

    public static readonly MetricFamily RequestCount =
        new(Network, Requests, "RequestsPerSec", MetricKind.Counter, "Requests answered.", "request", "version");
    public static readonly MetricFamily RequestErrors =
        new(Network, Requests, "ErrorsPerSec", MetricKind.Counter, "Outcomes by error name, NONE included.", "request", "error");
    public static readonly MetricFamily RequestBytes = PerRequest("RequestBytes", "Size of a request in bytes.");
    public static readonly MetricFamily RequestTotalTime =
        PerRequest("TotalTimeMs", "Milliseconds from the last byte of a request to the last byte of its answer.");
    public static readonly MetricFamily RequestQueueTime = PerRequest("RequestQueueTimeMs", "Milliseconds before the handler starts.");
    public static readonly MetricFamily RequestLocalTime = PerRequest("LocalTimeMs", "Milliseconds in the handler.");
    public static readonly MetricFamily RequestRemoteTime =
        PerRequest("RemoteTimeMs", "Milliseconds of waiting for data, other replicas or the disk.");
    public static readonly MetricFamily RequestThrottleTime = PerRequest("ThrottleTimeMs", "Milliseconds held back by a quota.");
    public static readonly MetricFamily ResponseQueueTime =
        PerRequest("ResponseQueueTimeMs", "Milliseconds until it was the answer's turn to leave.");
    public static readonly MetricFamily ResponseSendTime =
        PerRequest("ResponseSendTimeMs", "Milliseconds of encoding and writing the answer.");

    public static readonly MetricFamily ConnectionCount = PerListener("connection-count", Gauge, "Connections open now.");
    public static readonly MetricFamily ConnectionsCreated =
        PerListener("connection-creation-total", MetricKind.Counter, "Connections accepted.");
    public static readonly MetricFamily ConnectionsClosed = PerListener("connection-close-total", MetricKind.Counter, "Connections closed.");
    public static readonly MetricFamily ConnectionsExpired =
        PerListener("expired-connections-killed-count", MetricKind.Counter, "Connections closed for being idle.");
    public static readonly MetricFamily ListenerRequests = PerListener("request-total", MetricKind.Counter, "Requests read.");
    public static readonly MetricFamily ListenerResponses = PerListener("response-total", MetricKind.Counter, "Answers written.");
    public static readonly MetricFamily IncomingBytes = PerListener("incoming-byte-total", MetricKind.Counter, "Bytes read.");
    public static readonly MetricFamily OutgoingBytes = PerListener("outgoing-byte-total", MetricKind.Counter, "Bytes written.");

    public static readonly MetricFamily MemoryPoolUsed = new(
        "kafka.network", "SocketServer", "MemoryPoolUsed", Gauge, "Bytes of requests held, as queued.max.request.bytes counts them; 0 without a bound.");
    public static readonly MetricFamily MemoryPoolAvailable = new(
        "kafka.network", "SocketServer", "MemoryPoolAvailable", Gauge, "Bytes that requests may still take, below 0 by one request at most.");

    public static readonly MetricFamily LogSize = PerPartition("kafka.log", "Log", "Size", "Bytes of the partition's segments.");
    public static readonly MetricFamily LogSegments = PerPartition("kafka.log", "Log", "NumLogSegments", "Segments of the partition.");
    public static readonly MetricFamily LogStartOffset = PerPartition("kafka.log", "Log", "LogStartOffset", "First readable offset.");
    public static readonly MetricFamily LogEndOffset = PerPartition("kafka.log", "Log", "LogEndOffset", "Offset of the next record.");
    public static readonly MetricFamily UnderReplicated =
        PerPartition("kafka.cluster", "Partition", "UnderReplicated", "1 when a replica is not in sync.");
    public static readonly MetricFamily InSyncReplicasCount =
        PerPartition("kafka.cluster", "Partition", "InSyncReplicasCount", "Replicas in sync.");
    public static readonly MetricFamily ReplicasCount = PerPartition("kafka.cluster", "Partition", "ReplicasCount", "Replicas assigned.");
    public static readonly MetricFamily LastStableOffsetLag =
        PerPartition("kafka.cluster", "Partition", "LastStableOffsetLag", "Offsets between last stable offset and high watermark.");
    public static readonly MetricFamily UnderMinIsr =
        PerPartition("kafka.cluster", "Partition", "UnderMinIsr", "1 when acks=all is refused for lack of replicas.");
    public static readonly MetricFamily AtMinIsr =
        PerPartition("kafka.cluster", "Partition", "AtMinIsr", "1 when losing one more replica would refuse acks=all.");

    public static readonly MetricFamily PartitionCount = OfBroker(Replicas, "PartitionCount", "Partitions on this broker.");
    public static readonly MetricFamily LeaderCount = OfBroker(Replicas, "LeaderCount", "Partitions that this broker leads.");
    public static readonly MetricFamily OfflineReplicaCount = OfBroker(Replicas, "OfflineReplicaCount", "Partitions on failed disks.");
    public static readonly MetricFamily UnderReplicatedPartitions =
        OfBroker(Replicas, "UnderReplicatedPartitions", "Led partitions with a replica out of sync.");
    public static readonly MetricFamily UnderMinIsrPartitionCount =
        OfBroker(Replicas, "UnderMinIsrPartitionCount", "Led partitions below min.insync.replicas.");
    public static readonly MetricFamily AtMinIsrPartitionCount =
        OfBroker(Replicas, "AtMinIsrPartitionCount", "Led partitions exactly at min.insync.replicas.");
    public static readonly MetricFamily ReassigningPartitions =
        OfBroker(Replicas, "ReassigningPartitions", "Led partitions that are being moved.");
    public static readonly MetricFamily ProducerIdCount =
        OfBroker(Replicas, "ProducerIdCount", "Idempotent producers that partitions remember.");

    public static readonly MetricFamily BrokerState = OfBroker(
        "KafkaServer", "BrokerState", "0 not running, 1 starting, 2 recovery, 3 running, 6 pending shutdown, 7 shutting down.");
    public static readonly MetricFamily DelayedOperations = new(
        Server, "DelayedOperationPurgatory", "NumDelayedOperations", Gauge, "Requests that wait.", "delayedOperation");
    public static readonly MetricFamily PurgatorySize = new(
        Server, "DelayedOperationPurgatory", "PurgatorySize", Gauge, "Requests that wait, one per watched key.", "delayedOperation");
    public static readonly MetricFamily FetchSessions =
        OfBroker("FetchSessionCache", "NumIncrementalFetchSessions", "Fetch sessions.");
    public static readonly MetricFamily FetchSessionPartitions =
        OfBroker("FetchSessionCache", "NumIncrementalFetchPartitionsCached", "Partitions in fetch sessions.");
    public static readonly MetricFamily FetchSessionEvictions = new(
        Server, "FetchSessionCache", "IncrementalFetchSessionEvictionsPerSec", MetricKind.Counter, "Fetch sessions evicted.");

    public static readonly MetricFamily OfflineLogDirectoryCount =
        new("kafka.log", "LogManager", "OfflineLogDirectoryCount", Gauge, "Log directories that failed.");
    public static readonly MetricFamily LogDirectoryOffline =
        new("kafka.log", "LogManager", "LogDirectoryOffline", Gauge, "1 when the directory failed.", "logDirectory");

    public static readonly MetricFamily CleanerRecopyPercent = OfCleaner(
        "cleaner-recopy-percent", "Of the bytes that the last compactions read, how many percent they wrote again.");
    public static readonly MetricFamily CleanerMaxCleanTime =
        OfCleaner("max-clean-time-secs", "Seconds of the longest of the last compactions.");
    public static readonly MetricFamily CleanerMaxBufferUtilization =
        OfCleaner("max-buffer-utilization-percent", "How full the key map was in the last compactions, in percent.");
    public static readonly MetricFamily CleanerMaxCompactionDelay =
        OfCleaner("max-compaction-delay-secs", "Seconds by which a log has passed max.compaction.lag.ms.");
    public static readonly MetricFamily CleanerDeadThreadCount = OfCleaner("DeadThreadCount", "Cleaner threads that ended by a fault.");
    public static readonly MetricFamily CleanerMaxDirtyPercent =
        OfCleanerManager("max-dirty-percent", "The uncompacted part of the dirtiest log, in percent.");
    public static readonly MetricFamily CleanerTimeSinceLastRun =
        OfCleanerManager("time-since-last-run-ms", "Milliseconds since a cleaner thread last looked for work.");
    public static readonly MetricFamily UncleanablePartitionsCount = OfCleanerManager(
        "uncleanable-partitions-count", "Logs that cannot be compacted because their records are damaged.", "logDirectory");
    public static readonly MetricFamily UncleanableBytes =
        OfCleanerManager("uncleanable-bytes", "Uncompacted bytes of those logs.", "logDirectory");
    public static readonly MetricFamily CleanerIo =
        new("kafka.utils", "Throttler", "cleaner-io", MetricKind.Counter, "Bytes that compactions read and wrote.");

    public static readonly MetricFamily GroupCount = OfGroups("NumGroups", "Groups that this broker coordinates.");
    public static readonly MetricFamily GroupsPreparingRebalance = OfGroups("NumGroupsPreparingRebalance", "Groups that wait for their members to join.");
    public static readonly MetricFamily GroupsCompletingRebalance = OfGroups("NumGroupsCompletingRebalance", "Groups that wait for their leader's assignment.");
    public static readonly MetricFamily GroupsStable = OfGroups("NumGroupsStable", "Groups whose members have their assignments.");
    public static readonly MetricFamily GroupsEmpty = OfGroups("NumGroupsEmpty", "Groups without members.");
    public static readonly MetricFamily GroupsDead = OfGroups("NumGroupsDead", "Always 0: a group that is deleted is forgotten at once.");
    public static readonly MetricFamily CommittedOffsetCount = OfGroups("NumOffsets", "Offsets that groups have committed, one for each partition.");
    public static readonly MetricFamily GroupPartitions = new(
        Server, Coordinator, "num-partitions", Gauge, "Partitions of __consumer_offsets by what their groups can do: active, loading, failed.", "state");
    public static readonly MetricFamily GroupLoadTimeMax = new(
        Server, Coordinator, "partition-load-time-max", Gauge, "Milliseconds of the longest load of such a partition since the start.");
    public static readonly MetricFamily GroupLoadTimeAvg = new(
        Server, Coordinator, "partition-load-time-avg", Gauge, "Milliseconds of a load of such a partition, on average since the start.");
    public static readonly MetricFamily GroupsOfProtocol = new(
        Server, Coordinator, "group-count", Gauge, "Groups that this broker coordinates, by their protocol: classic, consumer.", "protocol");
    public static readonly MetricFamily ConsumerGroupCount = new(
        Server, Coordinator, "consumer-group-count", Gauge, "Consumer groups by state: Empty, Assigning, Reconciling, Stable, Dead.", "state");
    public static readonly MetricFamily ConsumerGroupRebalanceCount = new(
        Server, Coordinator, "consumer-group-rebalance-count", MetricKind.Counter, "Epochs that consumer groups began.");
    public static readonly MetricFamily OffsetCommitCount = new(
        Server, Coordinator, "offset-commit-count", MetricKind.Counter, "Offsets committed, one for each partition.");
    public static readonly MetricFamily OffsetExpirationCount = new(
        Server, Coordinator, "offset-expiration-count", MetricKind.Counter, "Offsets that expired.");
    public static readonly MetricFamily OffsetDeletionCount = new(
        Server, Coordinator, "offset-deletion-count", MetricKind.Counter, "Offsets deleted on request, or with their group or topic.");
    public static readonly MetricFamily CompletedRebalanceCount = new(
        Server, Coordinator, "group-completed-rebalance-count", MetricKind.Counter, "Rebalances of classic groups that were completed.");

    public static readonly MetricFamily ActiveControllerCount = OfController("ActiveControllerCount", "1 on the active controller.");
    public static readonly MetricFamily ActiveBrokerCount = OfController("ActiveBrokerCount", "Brokers that take part.");
    public static readonly MetricFamily FencedBrokerCount = OfController("FencedBrokerCount", "Brokers that are fenced.");
    public static readonly MetricFamily GlobalTopicCount = OfController("GlobalTopicCount", "Topics of the cluster.");
    public static readonly MetricFamily GlobalPartitionCount = OfController("GlobalPartitionCount", "Partitions of the cluster.");
    public static readonly MetricFamily OfflinePartitionsCount = OfController("OfflinePartitionsCount", "Partitions without a leader.");
    public static readonly MetricFamily PreferredReplicaImbalanceCount =
        OfController("PreferredReplicaImbalanceCount", "Partitions not led by their preferred replica.");
    public static readonly MetricFamily UncleanLeaderElections = new(
        "kafka.controller", "ControllerStats", "UncleanLeaderElectionsPerSec", MetricKind.Counter, "Elections that may lose records.");

    public static readonly MetricFamily ProcessCpuSeconds =
        new("process_cpu_seconds_total", MetricKind.Counter, "Processor time used, in seconds.");
    public static readonly MetricFamily ProcessResidentMemory = new("process_resident_memory_bytes", Gauge, "Resident memory in bytes.");
    public static readonly MetricFamily ProcessOpenFiles = new("process_open_fds", Gauge, "Open file descriptors.");
    public static readonly MetricFamily ProcessThreads = new("process_num_threads", Gauge, "Threads of the operating system.");
    public static readonly MetricFamily ProcessStartTime =
        new("process_start_time_seconds", Gauge, "Start of the process in seconds since 1970.");
    public static readonly MetricFamily GcHeapBytes = new("dotnet_gc_heap_size_bytes", Gauge, "Bytes of the managed heap.");
    public static readonly MetricFamily GcAllocatedBytes =
        new("dotnet_gc_allocated_bytes_total", MetricKind.Counter, "Bytes allocated on the managed heap.");
    public static readonly MetricFamily GcCollections =
        new("dotnet_gc_collections_total", MetricKind.Counter, "Garbage collections.", "generation");
    public static readonly MetricFamily GcPauseSeconds =
        new("dotnet_gc_pause_seconds_total", MetricKind.Counter, "Time that garbage collections stopped the process.");
    public static readonly MetricFamily ThreadPoolQueue = new("dotnet_threadpool_queue_length", Gauge, "Work items that wait for a thread.");
    public static readonly MetricFamily BuildInfo = new("samsa_build_info", Gauge, "Always 1; the label tells the version.", "version");

    /// <summary>All declarations above, in the order in which a scrape shows them.</summary>
    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        MessagesIn, BytesIn, BytesOut, BytesRejected, TotalProduceRequests, TotalFetchRequests, FailedProduceRequests,
        FailedFetchRequests, ProduceMessageConversions, FetchMessageConversions, NoKeyCompactedTopicRecords,
        InvalidMagicNumberRecords, InvalidMessageCrcRecords, InvalidOffsetOrSequenceRecords,
        RequestCount, RequestErrors, RequestBytes, RequestTotalTime, RequestQueueTime, RequestLocalTime, RequestRemoteTime,
        RequestThrottleTime, ResponseQueueTime, ResponseSendTime,
        ConnectionCount, ConnectionsCreated, ConnectionsClosed, ConnectionsExpired, ListenerRequests, ListenerResponses,
        IncomingBytes, OutgoingBytes, MemoryPoolUsed, MemoryPoolAvailable,
        LogSize, LogSegments, LogStartOffset, LogEndOffset, UnderReplicated, InSyncReplicasCount, ReplicasCount,
        LastStableOffsetLag, UnderMinIsr, AtMinIsr,
        PartitionCount, LeaderCount, OfflineReplicaCount, UnderReplicatedPartitions, UnderMinIsrPartitionCount,
        AtMinIsrPartitionCount, ReassigningPartitions, ProducerIdCount, BrokerState, DelayedOperations, PurgatorySize,
        FetchSessions, FetchSessionPartitions, FetchSessionEvictions, OfflineLogDirectoryCount, LogDirectoryOffline,
        CleanerRecopyPercent, CleanerMaxCleanTime, CleanerMaxBufferUtilization, CleanerMaxCompactionDelay, CleanerDeadThreadCount,
        CleanerMaxDirtyPercent, CleanerTimeSinceLastRun, UncleanablePartitionsCount, UncleanableBytes, CleanerIo,
        GroupCount, GroupsPreparingRebalance, GroupsCompletingRebalance, GroupsStable, GroupsEmpty, GroupsDead, CommittedOffsetCount,
        GroupPartitions, GroupsOfProtocol, ConsumerGroupCount, ConsumerGroupRebalanceCount, GroupLoadTimeMax, GroupLoadTimeAvg, OffsetCommitCount, OffsetExpirationCount, OffsetDeletionCount,
        CompletedRebalanceCount, ActiveControllerCount, ActiveBrokerCount, FencedBrokerCount, GlobalTopicCount, GlobalPartitionCount,
        OfflinePartitionsCount, PreferredReplicaImbalanceCount, UncleanLeaderElections,
        ProcessCpuSeconds, ProcessResidentMemory, ProcessOpenFiles, ProcessThreads, ProcessStartTime, GcHeapBytes,
        GcAllocatedBytes, GcCollections, GcPauseSeconds, ThreadPoolQueue, BuildInfo,
    ];

    private static MetricFamily PerTopic(string name, string help) => new(Server, Topics, name, MetricKind.Counter, help, "topic");

    private static MetricFamily PerRequest(string name, string help) => new(Network, Requests, name, Summary, help, "request");

    private static MetricFamily PerListener(string name, MetricKind kind, string help) =>
        new(Server, Sockets, name, kind, help, "listener");

    private static MetricFamily PerPartition(string group, string type, string name, string help) =>
        new(group, type, name, Gauge, help, "topic", "partition");

    private static MetricFamily OfCleaner(string name, string help) => new("kafka.log", "LogCleaner", name, Gauge, help);

    private static MetricFamily OfCleanerManager(string name, string help, params string[] labels) =>
        new("kafka.log", "LogCleanerManager", name, Gauge, help, labels);

    private static MetricFamily OfGroups(string name, string help) => new("kafka.coordinator.group", "GroupMetadataManager", name, Gauge, help);

    private static MetricFamily OfBroker(string type, string name, string help) => new(Server, type, name, Gauge, help);

    private static MetricFamily OfController(string name, string help) => new("kafka.controller", Controller, name, Gauge, help);
}
