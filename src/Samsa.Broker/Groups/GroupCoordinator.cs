using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Broker.Replication;
using Samsa.Protocol;

namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: a lane for each partition of <c>__consumer_offsets</c> that this broker leads, and follows the metadata: the topic comes and
/// goes, and the offsets of deleted topics go with them.
/// Threads: any. Lifetime: the broker's, from <see cref="Start"/> to <see cref="Dispose"/>; it must end before the connections do, so
/// that no JoinGroup holds them up.
/// Failure: a lane whose disk fails refuses its groups; the others go on.
/// </summary>
public sealed class GroupCoordinator : IDisposable
{
    private readonly Lock _changes = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly IClusterMetadata _metadata;
    private readonly ReplicaManager _replicas;
    private readonly GroupOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile GroupLane?[]? _lanes;
    private volatile bool _isRunning;
    private ITimer? _expiry;

    /// <summary>Makes a coordinator that coordinates nothing yet.</summary>
    public GroupCoordinator(
        IClusterMetadata metadata, ReplicaManager replicas, GroupOptions options, ILogger<GroupCoordinator> logger, TimeProvider time)
    {
        _metadata = metadata;
        _replicas = replicas;
        _options = options;
        _logger = logger;
        _time = time;
    }

    internal GroupOptions Options => _options;

    internal GroupCounts Counts { get; } = new();

    /// <summary>
    /// Takes the partitions that there are, and begins to read them. The replica manager must have been told of every change of the
    /// metadata before this is.
    /// </summary>
    public void Start()
    {
        _isRunning = true;
        _metadata.Changed += OnChanged;
        Open(_metadata.Current);
        var interval = TimeSpan.FromMilliseconds(Math.Min(_options.OffsetsRetentionCheckIntervalMs, int.MaxValue));
        _expiry = _time.CreateTimer(static state => ((GroupCoordinator)state!).PostToAll(new GroupEvent.Expire()), this, interval, interval);
    }

    /// <summary>Refuses every request that waits and all that come. Appends nothing any more.</summary>
    public void Dispose()
    {
        lock (_changes)
        {
            if (!_isRunning)
            {
                return;
            }

            _isRunning = false;
            _metadata.Changed -= OnChanged;
            _expiry?.Dispose();
            _stopping.Cancel();
            Close();
        }
    }

    /// <summary>
    /// The partition of <c>__consumer_offsets</c> that keeps a group: the absolute value of Java's hash of the name, where the smallest
    /// number, which has none, counts as 0. Measured with Kafka 3.9; the client's partitioner cuts the sign bit off instead.
    /// </summary>
    internal static int PartitionOf(string groupId, int partitions)
    {
        var hash = 0;
        foreach (var character in groupId)
        {
            hash = unchecked((31 * hash) + character);
        }

        return (hash == int.MinValue ? 0 : Math.Abs(hash)) % partitions;
    }

    /// <summary>Gives an event to the groups of the partition that keeps <paramref name="groupId"/>; its caller is always answered.</summary>
    internal void Post(string groupId, GroupEvent happened)
    {
        if (_lanes is { } lanes && lanes[PartitionOf(groupId, lanes.Length)] is { } lane)
        {
            lane.Post(happened);
            return;
        }

        happened.Caller?.Refuse(_isRunning ? ErrorCode.NotCoordinator : ErrorCode.CoordinatorNotAvailable);
    }

    /// <summary>One event for each partition that is led here.</summary>
    internal IEnumerable<GroupLane> Lanes
    {
        get
        {
            foreach (var lane in _lanes ?? [])
            {
                if (lane is not null)
                {
                    yield return lane;
                }
            }
        }
    }

    /// <summary>Whether this broker coordinates a group, with the topic made first where it is missing; none, or why not.</summary>
    internal async Task<ErrorCode> PrepareAsync(string groupId)
    {
        if (_lanes is null && _isRunning)
        {
            try
            {
                // The change is announced to this coordinator, too, before its task completes.
                await _metadata.CreateTopicsAsync(
                    [InternalTopics.Request(TopicNames.ConsumerOffsets, _metadata.BrokerConfig.Topics)], validateOnly: false).ConfigureAwait(false);
            }
            catch (Samsa.Storage.StorageException)
            {
                return ErrorCode.CoordinatorNotAvailable;
            }
        }

        return _lanes is { } lanes && lanes[PartitionOf(groupId, lanes.Length)] is { IsOnline: true }
            ? ErrorCode.None
            : ErrorCode.CoordinatorNotAvailable;
    }

    private void PostToAll(GroupEvent happened)
    {
        foreach (var lane in Lanes)
        {
            lane.Post(happened);
        }
    }

    private void OnChanged(MetadataImage image, MetadataDelta delta)
    {
        lock (_changes)
        {
            if (!_isRunning)
            {
                return;
            }

            List<string>? deleted = null;
            foreach (var topic in delta.DeletedTopics)
            {
                if (topic.Name == TopicNames.ConsumerOffsets)
                {
                    Close();
                }
                else
                {
                    (deleted ??= []).Add(topic.Name);
                }
            }

            if (deleted is not null)
            {
                PostToAll(new GroupEvent.TopicsDeleted(deleted));
            }

            if (_lanes is null)
            {
                Open(image);
            }
        }
    }

    // The number of partitions says where a group is kept: later ones must not change it.
    private void Open(MetadataImage image)
    {
        lock (_changes)
        {
            if (_lanes is not null || image.FindTopic(TopicNames.ConsumerOffsets) is not { } topic)
            {
                return;
            }

            var lanes = new GroupLane?[topic.Partitions.Count];
            var full = new List<GroupLane>();
            for (var i = 0; i < lanes.Length; i++)
            {
                if (_replicas.Find(topic.Name, i) is not { } partition)
                {
                    continue;
                }

                var lane = new GroupLane(partition, _metadata, _replicas, _options, Counts, _time, _logger);
                lanes[i] = lane;
                if (partition.Log.LogStartOffset == partition.Log.LogEndOffset)
                {
                    lane.Load(_stopping.Token);
                }
                else
                {
                    full.Add(lane);
                }
            }

            _lanes = lanes;
            Load(full);
        }
    }

    private void Load(List<GroupLane> lanes)
    {
        var next = -1;
        for (var i = 0; i < Math.Min(_options.LoadThreads, lanes.Count); i++)
        {
            _ = Task.Run(() =>
            {
                for (var mine = Interlocked.Increment(ref next); mine < lanes.Count; mine = Interlocked.Increment(ref next))
                {
                    lanes[mine].Load(_stopping.Token);
                }
            });
        }
    }

    private void Close()
    {
        var lanes = _lanes;
        _lanes = null;
        foreach (var lane in lanes ?? [])
        {
            lane?.Close(ErrorCode.NotCoordinator);
        }
    }
}
