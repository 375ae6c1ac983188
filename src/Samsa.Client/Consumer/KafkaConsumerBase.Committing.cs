using Samsa.Protocol;

namespace Samsa.Client.Consumer;

/// <content>Offsets that the group keeps.</content>
public abstract partial class KafkaConsumerBase
{
    /// <summary>
    /// Commits the position of every assigned partition: everything that was handed out counts as done. Not awaiting it commits in the
    /// background; commits keep the order of their calls. While records are processed in parallel
    /// (<see cref="KafkaConsumer{TKey,TValue}.RunAsync"/>) it commits what of them is finished without a gap.
    /// </summary>
    /// <exception cref="KafkaException">An offset was not committed.</exception>
    /// <exception cref="InvalidOperationException">The consumer has no group.</exception>
    public Task CommitAsync(CancellationToken cancellationToken = default) =>
        CommitAsync(Core.Run is null ? Core.Assignment.Positions() : Core.Assignment.Stored(), cancellationToken);

    /// <summary>Commits offsets of any partitions: of the record that comes next, each.</summary>
    /// <exception cref="KafkaException">An offset was not committed; others may be.</exception>
    /// <exception cref="InvalidOperationException">The consumer has no group.</exception>
    public Task CommitAsync(IReadOnlyDictionary<TopicPartition, CommittedOffset> offsets, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        ObjectDisposedException.ThrowIf(Core.IsDisposed, this);
        var committer = Core.Committer ?? throw ConsumerCore.WithoutGroup();
        foreach (var (partition, offset) in offsets)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(offset.Offset, partition.ToString());
        }

        // A copy: the caller may change his while this waits for its turn.
        return committer.CommitAsync(new Dictionary<TopicPartition, CommittedOffset>(offsets), cancellationToken);
    }

    /// <summary>
    /// Says that everything before <paramref name="place"/> is done; it is committed with the next automatic commit. For a consumer without
    /// <see cref="ConsumerOptions.EnableAutoOffsetStore"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The partition is not assigned.</exception>
    public void StoreOffset(TopicPartitionOffset place)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place.Offset, nameof(place));
        Core.Assignment.Store(place);
    }

    /// <summary>What the group has committed for each partition; null for nothing.</summary>
    /// <exception cref="KafkaException">The group could not be asked.</exception>
    /// <exception cref="InvalidOperationException">The consumer has no group.</exception>
    public Task<Dictionary<TopicPartition, CommittedOffset?>> CommittedAsync(
        IEnumerable<TopicPartition> partitions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        ObjectDisposedException.ThrowIf(Core.IsDisposed, this);
        var membership = Core.Membership ?? throw ConsumerCore.WithoutGroup();
        return Core.Coordinator.FetchAsync([.. partitions.Distinct()], membership, Core.Options.DefaultApiTimeout, cancellationToken);
    }
}
