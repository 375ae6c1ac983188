using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Directories;

namespace Samsa.Broker.Replication;

/// <summary>
/// Owns: the partitions that this broker hosts, and follows the metadata: new ones get a log, deleted ones lose it,
/// changed configs reach their logs.
/// Threads: look-ups from any thread without a lock; changes one after the other under a lock.
/// Lifetime: the broker's, between the log manager (older) and the handlers (younger).
/// Failure: a log that cannot be made is not hosted, and that is logged; a broken disk takes its logs offline.
/// </summary>
public sealed partial class ReplicaManager
{
    private readonly ConcurrentDictionary<string, HostedTopic> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, HostedTopic> _byId = new();
    private readonly Lock _changes = new();
    private readonly LogManager _logs;
    private readonly Func<TopicImage, LogConfig> _logConfigOf;
    private readonly bool _flushOnAck;
    private readonly int _brokerId;
    private readonly ILogger _logger;

    /// <summary>Creates a manager that hosts nothing until it is given an image.</summary>
    /// <param name="logs">The logs on this broker's disks.</param>
    /// <param name="logConfigOf">The settings of a topic's logs.</param>
    /// <param name="flushOnAck"><c>samsa.flush.on.ack</c>: acknowledge only what is on the disk.</param>
    /// <param name="brokerId">This broker: the partitions that it leads are hosted.</param>
    /// <param name="logger">Where logs that cannot be made are reported.</param>
    public ReplicaManager(
        LogManager logs, Func<TopicImage, LogConfig> logConfigOf, bool flushOnAck, int brokerId, ILogger<ReplicaManager> logger)
    {
        _logs = logs;
        _logConfigOf = logConfigOf;
        _flushOnAck = flushOnAck;
        _brokerId = brokerId;
        _logger = logger;
        logs.DirectoryFailed += OnDirectoryFailed;
    }

    /// <summary>Every hosted topic.</summary>
    public IEnumerable<HostedTopic> Topics => _byName.Values;

    /// <summary>Finds a hosted partition by topic name; null when it is not hosted here.</summary>
    public Partition? Find(string topic, int index) =>
        topic is not null && _byName.TryGetValue(topic, out var hosted) && hosted.TryGet(index, out var partition) ? partition : null;

    /// <summary>Finds a hosted partition by topic id; null when it is not hosted here.</summary>
    public Partition? Find(Guid topicId, int index) =>
        _byId.TryGetValue(topicId, out var hosted) && hosted.TryGet(index, out var partition) ? partition : null;

    /// <summary>
    /// Why a partition that <see cref="Find(string, int)"/> does not find cannot be served: it is unknown, somebody else leads it, or
    /// its disk failed.
    /// </summary>
    public ErrorCode WhyNotFound(string topic, int index) =>
        topic is null || !_byName.TryGetValue(topic, out var hosted) || (uint)index >= (uint)hosted.Partitions.Length
            ? ErrorCode.UnknownTopicOrPartition
            : hosted.IsLedHere(index) ? ErrorCode.KafkaStorageError : ErrorCode.NotLeaderOrFollower;

    /// <summary>The same for a topic id.</summary>
    public ErrorCode WhyNotFound(Guid topicId, int index) =>
        _byId.TryGetValue(topicId, out var hosted) ? WhyNotFound(hosted.Name, index) : ErrorCode.UnknownTopicId;

    /// <summary>Hosts every topic of the first image.</summary>
    public void Start(MetadataImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        lock (_changes)
        {
            foreach (var topic in image.Topics.Values)
            {
                Host(topic, isNew: false);
            }
        }
    }

    /// <summary>Follows a change of the metadata. Called for each new image, in order.</summary>
    public void OnChanged(MetadataImage image, MetadataDelta delta)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(delta);
        lock (_changes)
        {
            foreach (var topic in delta.DeletedTopics)
            {
                Drop(topic, deletes: true);
            }

            foreach (var topic in delta.LostTopics)
            {
                Drop(topic, deletes: false);
            }

            foreach (var topic in delta.ChangedTopics)
            {
                Host(topic, isNew: true);
            }

            foreach (var topic in delta.BrokerConfigsChanged ? image.Topics.Values : delta.ReconfiguredTopics)
            {
                Reconfigure(topic);
            }
        }
    }

    /// <summary>A disk failed under a partition: its directory goes offline, whoever waits on its partitions is answered.</summary>
    public void OnStorageFailure(Partition partition, StorageException failure)
    {
        ArgumentNullException.ThrowIfNull(partition);
        ArgumentNullException.ThrowIfNull(failure);
        partition.TakeOffline();
        _logs.ReportFailure(partition.Log, failure);
    }

    private void OnDirectoryFailed(LogDirectory directory)
    {
        foreach (var topic in _byName.Values)
        {
            foreach (var partition in topic.Partitions)
            {
                if (partition is not null && ReferenceEquals(_logs.DirectoryOf(partition.TopicPartition), directory))
                {
                    partition.TakeOffline();
                }
            }
        }
    }

    private void Host(TopicImage topic, bool isNew)
    {
        _byName.TryGetValue(topic.Name, out var known);
        var config = _logConfigOf(topic);
        var partitions = new Partition?[topic.Partitions.Count];
        var ledHere = new bool[partitions.Length];
        for (var index = 0; index < partitions.Length; index++)
        {
            ledHere[index] = topic.Partitions[index].Leader == _brokerId;
            if (known is not null && known.Id == topic.Id && known.TryGet(index, out var partition))
            {
                partitions[index] = Follow(partition, topic.Partitions[index], ledHere[index]);
            }
            else if (ledHere[index])
            {
                partitions[index] = Open(topic, index, config, isNew);
            }
        }

        var hosted = new HostedTopic(topic.Name, topic.Id, partitions, ledHere);
        _byName[topic.Name] = hosted;
        if (topic.Id != Guid.Empty)
        {
            _byId[topic.Id] = hosted;
        }
    }

    /// <summary>The same partition, or a new role with another leader epoch; null when somebody else leads now.</summary>
    private Partition? Follow(Partition partition, PartitionImage image, bool ledHere)
    {
        if (ledHere && partition.LeaderEpoch == image.LeaderEpoch)
        {
            return partition;
        }

        // Whoever waits is woken, and finds what there is now.
        var next = ledHere && partition.IsOnline ? new Partition(partition.Log, image.LeaderEpoch, _flushOnAck) : ledHere ? partition : null;
        partition.WakeAll();
        return next;
    }

    private void Reconfigure(TopicImage topic)
    {
        if (!_byName.TryGetValue(topic.Name, out var hosted))
        {
            return;
        }

        var config = _logConfigOf(topic);
        foreach (var partition in hosted.Partitions)
        {
            partition?.Log.UpdateConfig(config);
        }
    }

    private Partition? Open(TopicImage topic, int index, LogConfig config, bool isNew)
    {
        var name = new TopicPartition(topic.Name, index);
        try
        {
            var log = _logs.GetOrCreate(name, topic.Id, config, isNew);
            return new Partition(log, topic.Partitions[index].LeaderEpoch, _flushOnAck);
        }
        catch (StorageException e)
        {
            LogNotHosted(_logger, name, e.Message, e);
            return null;
        }
    }

    private void Drop(TopicImage topic, bool deletes)
    {
        HostedTopic? hosted = null;
        if (_byName.TryGetValue(topic.Name, out var known) && known.Id == topic.Id)
        {
            hosted = known;
            _byName.TryRemove(hosted.Name, out _);
            _byId.TryRemove(hosted.Id, out _);
        }

        for (var index = 0; index < topic.Partitions.Count; index++)
        {
            var partition = hosted is not null && hosted.TryGet(index, out var served) ? served : null;
            var name = new TopicPartition(topic.Name, index);

            // Nobody leads a topic that is being deleted: a log may be here that is not served any more, or was not since the start.
            if (deletes && (partition is not null || (_logs.Get(name) is { } log && log.TopicId is { } id && id == topic.Id)))
            {
                _logs.Delete(name);
            }

            partition?.WakeAll();
        }
    }

    [LoggerMessage(EventId = 3001, Level = LogLevel.Error, Message = "Partition {Partition} cannot be hosted: {Reason}")]
    private static partial void LogNotHosted(ILogger logger, TopicPartition partition, string reason, Exception exception);
}
