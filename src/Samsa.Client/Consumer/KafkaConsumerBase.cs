using Samsa.Client.Connections;
using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Consumer;

/// <summary>
/// What every consumer can do: take partitions, move in them, and ask about them. Records are read by one caller at a time; everything
/// here may be called from any thread meanwhile. A seek, a pause or another assignment also drops what was fetched ahead.
/// </summary>
public abstract partial class KafkaConsumerBase : IAsyncDisposable
{
    private protected KafkaConsumerBase(ConsumerOptions options, IConnector? connector)
    {
        ArgumentNullException.ThrowIfNull(options);
        Core = new ConsumerCore(options, connector);
    }

    /// <summary>The assigned partitions.</summary>
    public IReadOnlyCollection<TopicPartition> Assignment => Core.Assignment.Partitions();

    /// <summary>The assigned partitions that are paused.</summary>
    public IReadOnlyCollection<TopicPartition> Paused => Core.Assignment.Paused();

    /// <summary>Bytes of answers that are queued, read, or on their way.</summary>
    internal long UsedBytes => Core.Assignment.UsedBytes;

    private protected ConsumerCore Core { get; }

    /// <summary>Up to where the partition is done, -1 for nowhere; for tests.</summary>
    internal long StoredOffset(TopicPartition partition) => Core.Assignment.Stored().TryGetValue(partition, out var stored) ? stored.Offset : -1;

    /// <summary>
    /// Takes these partitions instead of those before. New ones start where the group has committed, without that where <c>auto.offset.reset</c> says;
    /// the others keep their position.
    /// </summary>
    /// <exception cref="InvalidOperationException">The consumer is subscribed: its group gives it partitions.</exception>
    public void Assign(params IEnumerable<TopicPartition> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        Assign([.. partitions.Distinct().Select(p => (p, (TopicPartitionOffset?)null))]);
    }

    /// <summary>Takes these partitions instead of those before, each from the given offset on.</summary>
    /// <exception cref="InvalidOperationException">The consumer is subscribed: its group gives it partitions.</exception>
    public void Assign(params IEnumerable<TopicPartitionOffset> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        var wanted = places.DistinctBy(p => p.Partition).Select(p => (p.Partition, (TopicPartitionOffset?)Checked(p))).ToList();
        Assign(wanted);
    }

    /// <summary>Gives all partitions back that were taken with <see cref="Assign(IEnumerable{TopicPartition})"/>.</summary>
    /// <exception cref="InvalidOperationException">The consumer is subscribed; see <see cref="UnsubscribeAsync"/>.</exception>
    public void Unassign() => Assign(new List<(TopicPartition, TopicPartitionOffset?)>());

    /// <summary>Goes on at another offset, with the records fetched from then on.</summary>
    /// <exception cref="InvalidOperationException">The partition is not assigned.</exception>
    public void Seek(TopicPartitionOffset place) => Core.Assignment.Seek(Checked(place));

    /// <summary>Goes on at the oldest offset there is; of all assigned partitions when none is named.</summary>
    /// <exception cref="InvalidOperationException">A partition is not assigned.</exception>
    public void SeekToBeginning(params IEnumerable<TopicPartition> partitions) => SeekAll(partitions, TopicPartitionOffset.Beginning);

    /// <summary>Goes on at the end of the log; of all assigned partitions when none is named.</summary>
    /// <exception cref="InvalidOperationException">A partition is not assigned.</exception>
    public void SeekToEnd(params IEnumerable<TopicPartition> partitions) => SeekAll(partitions, TopicPartitionOffset.End);

    /// <summary>Hands out no more records of these partitions until <see cref="Resume"/>.</summary>
    /// <exception cref="InvalidOperationException">A partition is not assigned.</exception>
    public void Pause(params IEnumerable<TopicPartition> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        Core.Assignment.Pause(partitions);
    }

    /// <summary>Goes on with partitions that were paused.</summary>
    /// <exception cref="InvalidOperationException">A partition is not assigned.</exception>
    public void Resume(params IEnumerable<TopicPartition> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        Core.Assignment.Resume(partitions);
    }

    /// <summary>
    /// The place of the record that comes next, null while it has still to be looked up. What was handed out counts as read.
    /// </summary>
    /// <exception cref="InvalidOperationException">The partition is not assigned.</exception>
    public TopicPartitionOffset? Position(TopicPartition partition) => Core.Assignment.Position(partition);

    /// <summary>As <see cref="Position"/>, once it was looked up.</summary>
    /// <exception cref="InvalidOperationException">The partition is not assigned.</exception>
    /// <exception cref="KafkaException">It was not found within <c>default.api.timeout.ms</c>.</exception>
    public async Task<TopicPartitionOffset> PositionAsync(TopicPartition partition, CancellationToken cancellationToken = default)
    {
        var time = Core.Options.TimeProvider;
        var start = time.GetTimestamp();
        while (true)
        {
            ObjectDisposedException.ThrowIf(Core.IsDisposed, this);
            var resolved = Core.Assignment.Resolved;
            if (Position(partition) is { } position)
            {
                return position;
            }

            try
            {
                var left = Core.Options.DefaultApiTimeout - time.GetElapsedTime(start);
                await resolved.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException e)
            {
                throw new KafkaException(ErrorCode.RequestTimedOut, $"The position of {partition} was not found in default.api.timeout.ms.", e);
            }
        }
    }

    /// <summary>
    /// How many offsets the position is behind the end that the isolation level may see; null before the first answer for the partition.
    /// </summary>
    /// <exception cref="InvalidOperationException">The partition is not assigned.</exception>
    public long? Lag(TopicPartition partition) => Core.Assignment.Lag(partition);

    /// <summary>
    /// For each partition the first record whose timestamp is not older than the one given; null where all are older.
    /// </summary>
    /// <exception cref="KafkaException">A partition could not be asked.</exception>
    public Task<Dictionary<TopicPartition, OffsetAndTimestamp?>> OffsetsForTimesAsync(
        IEnumerable<KeyValuePair<TopicPartition, DateTimeOffset>> times, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(times);
        return OffsetLookup.FindAsync(
            Core.Cluster,
            Core.Options,
            times.Select(t => KeyValuePair.Create(t.Key, Math.Max(0, t.Value.ToUnixTimeMilliseconds()))),
            cancellationToken);
    }

    /// <summary>The oldest offset of each partition.</summary>
    /// <exception cref="KafkaException">A partition could not be asked.</exception>
    public Task<Dictionary<TopicPartition, long>> BeginningOffsetsAsync(
        IEnumerable<TopicPartition> partitions, CancellationToken cancellationToken = default) =>
        EndsAsync(partitions, TopicPartitionOffset.Beginning, cancellationToken);

    /// <summary>
    /// The offset that the next record of each partition gets; with <see cref="IsolationLevel.ReadCommitted"/> that of the first record
    /// of a transaction which is still open.
    /// </summary>
    /// <exception cref="KafkaException">A partition could not be asked.</exception>
    public Task<Dictionary<TopicPartition, long>> EndOffsetsAsync(
        IEnumerable<TopicPartition> partitions, CancellationToken cancellationToken = default) =>
        EndsAsync(partitions, TopicPartitionOffset.End, cancellationToken);

    /// <summary>The partitions of a topic.</summary>
    /// <exception cref="KafkaException">The topic cannot be used, or does not exist.</exception>
    public async Task<IReadOnlyList<PartitionMetadata>> PartitionsForAsync(string topic, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        var metadata = await Core.Cluster.Metadata.TopicAsync(topic, Core.Options.DefaultApiTimeout, cancellationToken).ConfigureAwait(false);
        return metadata.Partitions;
    }

    /// <summary>All topics of the cluster that the client may see.</summary>
    /// <exception cref="KafkaException">No broker could be asked.</exception>
    public Task<IReadOnlyCollection<TopicMetadata>> ListTopicsAsync(CancellationToken cancellationToken = default) =>
        Core.Cluster.RetryAsync(
            async cancellation =>
            {
                var connection = await Core.Cluster.ConnectToAnyAsync(cancellation).ConfigureAwait(false);
                var version = connection.Versions.Choose(ClientApis.Metadata);
                var request = new MetadataRequest { Topics = version > 0 ? null : [], AllowAutoTopicCreation = version < 4 };
                var answer = await connection.SendAsync(ClientApis.Metadata, version, request, cancellation: cancellation).ConfigureAwait(false);
                KafkaException.ThrowIfError(answer.ErrorCode);
                return ClusterSnapshot.Empty.With(answer, allTopics: true).Topics;
            },
            Core.Options.DefaultApiTimeout,
            cancellationToken);

    /// <summary>
    /// Commits what is done, if that is done automatically, gives the partitions back, leaves the group, and closes the connections, also under a fetch
    /// that a broker holds back. Views of records must not be used any more.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    private static TopicPartitionOffset Checked(TopicPartitionOffset place) => place.Offset >= TopicPartitionOffset.Beginning
        ? place
        : throw new ArgumentOutOfRangeException(nameof(place), place, "An offset is 0 or more, or stands for the beginning (-2) or the end (-1).");

    private void Assign(List<(TopicPartition Partition, TopicPartitionOffset? Place)> wanted)
    {
        ObjectDisposedException.ThrowIf(Core.IsDisposed, this);
        if (Core.Membership is { IsSubscribed: true })
        {
            throw new InvalidOperationException("The consumer is subscribed: its group gives it partitions. End that with UnsubscribeAsync to assign them.");
        }

        foreach (var (partition, _) in wanted)
        {
            Core.Cluster.Metadata.Track(partition.Topic);
        }

        foreach (var topic in Core.Assignment.Assign(wanted))
        {
            Core.Cluster.Metadata.Untrack(topic);
        }
    }

    private void SeekAll(IEnumerable<TopicPartition> partitions, long to)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        TopicPartition[] named = [.. partitions];
        foreach (var partition in named.Length > 0 ? named : Core.Assignment.Partitions())
        {
            Core.Assignment.Seek(new TopicPartitionOffset(partition, to));
        }
    }

    private async Task<Dictionary<TopicPartition, long>> EndsAsync(IEnumerable<TopicPartition> partitions, long which, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        var found = await OffsetLookup.FindAsync(
            Core.Cluster, Core.Options, partitions.Distinct().Select(p => KeyValuePair.Create(p, which)), cancellation).ConfigureAwait(false);
        Dictionary<TopicPartition, long> ends = [];
        foreach (var (partition, offset) in found)
        {
            ends[partition] = offset?.Offset ?? throw new KafkaException(ErrorCode.UnknownServerError, $"The broker named no offset of {partition}.");
        }

        return ends;
    }
}
