using Microsoft.Extensions.Logging;
using Samsa.Client.Connections;
using Samsa.Client.Consumer.Groups.Membership;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Consumer.Groups;

/// <summary>
/// The broker that keeps a group: found when it is needed, and looked for again when it says that it is not. Owns its address only; entered from
/// any thread; lives with the consumer. Failures are a <see cref="KafkaException"/>; those that may pass were retried.
/// </summary>
internal sealed class GroupCoordinator(ClusterClient cluster, ConsumerOptions options)
{
    private const sbyte GroupKey = 0;
    private const short FirstFindWithKeyList = 4;
    private const short FirstFetchWithGroups = 8;
    private const short FirstFetchWithStable = 7;
    private const short FirstCommitWithInstance = 7;

    private volatile BrokerNode? _node;

    private string Group => options.GroupId!;

    /// <summary>A connection to the coordinator.</summary>
    /// <exception cref="KafkaException">It is unknown or cannot be reached; both may pass.</exception>
    public async Task<BrokerConnection> ConnectAsync(ConnectionPurpose purpose, CancellationToken cancellation)
    {
        var node = _node ??= await FindAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await cluster.ConnectAsync(node, purpose, cancellation).ConfigureAwait(false);
        }
        catch (KafkaException)
        {
            _node = null;
            throw;
        }
    }

    /// <summary>Looks for the coordinator again when the error says that this one is none any more.</summary>
    public void Heed(ErrorCode error)
    {
        if (error is ErrorCode.NotCoordinator or ErrorCode.CoordinatorNotAvailable or ErrorCode.NetworkException or ErrorCode.RequestTimedOut)
        {
            _node = null;
        }
    }

    /// <summary>
    /// Sends a request once, and looks for the coordinator anew next time when it did not arrive. The caller heeds the error in the answer.
    /// </summary>
    /// <exception cref="KafkaException">There is no answer; it may pass.</exception>
    public async Task<TResponse> AskAsync<TRequest, TResponse>(
        ClientApi<TRequest, TResponse> api,
        ConnectionPurpose purpose,
        Func<short, TRequest> request,
        TimeSpan? timeout,
        CancellationToken cancellation)
        where TRequest : IMessage
        where TResponse : IMessage, new()
    {
        try
        {
            var connection = await ConnectAsync(purpose, cancellation).ConfigureAwait(false);
            var version = connection.Versions.Choose(api);
            return await connection.SendAsync(api, version, request(version), timeout, cancellation).ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            Heed(e.ErrorCode);
            throw;
        }
    }

    /// <summary>Commits offsets; all or an exception, although some may be committed then.</summary>
    /// <exception cref="KafkaException">An offset was not committed.</exception>
    public Task CommitAsync(
        IReadOnlyDictionary<TopicPartition, CommittedOffset> offsets, GroupMember member, TimeSpan limit, CancellationToken cancellation) =>
        cluster.RetryAsync(
            async stop =>
            {
                await HeedingAsync(() => CommitOnceAsync(offsets, member, stop)).ConfigureAwait(false);
                return true;
            },
            limit,
            cancellation);

    /// <summary>What the group keeps for the partitions; null for nothing.</summary>
    /// <param name="partitions">The partitions.</param>
    /// <param name="membership">
    /// As whom to ask: a member of a group of KIP-848 names itself and its epoch, so that one which the group has put out does not take over from where others
    /// went on since. It asks again as whoever it is by then.
    /// </param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KafkaException">The coordinator could not be asked.</exception>
    public async Task<Dictionary<TopicPartition, CommittedOffset?>> FetchAsync(
        IReadOnlyCollection<TopicPartition> partitions, GroupMembership membership, TimeSpan limit, CancellationToken cancellation)
    {
        var start = options.TimeProvider.GetTimestamp();
        while (true)
        {
            var member = membership.FetchesAs;
            try
            {
                return await cluster.RetryAsync(
                    async stop =>
                    {
                        Dictionary<TopicPartition, CommittedOffset?> found = [];
                        await HeedingAsync(() => FetchOnceAsync(partitions, member, found, stop)).ConfigureAwait(false);
                        return found;
                    },
                    limit,
                    cancellation).ConfigureAwait(false);
            }
            catch (KafkaException e) when (
                e.ErrorCode is ErrorCode.StaleMemberEpoch or ErrorCode.UnknownMemberId && member != GroupMember.None
                && options.TimeProvider.GetElapsedTime(start) < limit)
            {
                // The next heartbeat tells whether it has another epoch, or is out.
                membership.HasMovedOn(e.ErrorCode, member);
                await Task.Delay(options.RetryBackoff, options.TimeProvider, cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task HeedingAsync(Func<Task> attempt)
    {
        try
        {
            await attempt().ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            Heed(e.ErrorCode);
            throw;
        }
    }

    private async Task<BrokerNode> FindAsync(CancellationToken cancellation)
    {
        var connection = await cluster.ConnectToAnyAsync(cancellation).ConfigureAwait(false);
        var version = connection.Versions.Choose(ClientApis.FindCoordinator);
        var request = version >= FirstFindWithKeyList
            ? new FindCoordinatorRequest { KeyType = GroupKey, CoordinatorKeys = [Group] }
            : new FindCoordinatorRequest { KeyType = GroupKey, Key = Group };
        var answer = await connection.SendAsync(ClientApis.FindCoordinator, version, request, cancellation: cancellation).ConfigureAwait(false);
        BrokerNode node;
        if (version >= FirstFindWithKeyList)
        {
            var found = answer.Coordinators.Find(c => c.Key == Group)
                ?? throw new KafkaException(ErrorCode.CoordinatorNotAvailable, $"The broker said nothing of the coordinator of group '{Group}'.");
            KafkaException.ThrowIfError(found.ErrorCode, Explain("The coordinator cannot be found", found.ErrorCode, found.ErrorMessage));
            node = new BrokerNode(found.NodeId, found.Host, found.Port, null);
        }
        else
        {
            KafkaException.ThrowIfError(answer.ErrorCode, Explain("The coordinator cannot be found", answer.ErrorCode, answer.ErrorMessage));
            node = new BrokerNode(answer.NodeId, answer.Host, answer.Port, null);
        }

        cluster.Logger.LogInformation("Broker {Broker} coordinates group {Group}", node.Id, Group);
        return node;
    }

    private async Task CommitOnceAsync(
        IReadOnlyDictionary<TopicPartition, CommittedOffset> offsets, GroupMember member, CancellationToken cancellation)
    {
        var connection = await ConnectAsync(ConnectionPurpose.Control, cancellation).ConfigureAwait(false);
        var version = connection.Versions.Choose(ClientApis.OffsetCommit);
        var answer = await connection.SendAsync(
            ClientApis.OffsetCommit,
            version,
            new OffsetCommitRequest
            {
                GroupId = Group,
                GenerationIdOrMemberEpoch = member.Generation,
                MemberId = member.MemberId,
                GroupInstanceId = version >= FirstCommitWithInstance ? member.InstanceId : null,
                Topics = [.. offsets.GroupBy(o => o.Key.Topic, StringComparer.Ordinal).Select(topic => new OffsetCommitRequest.OffsetCommitRequestTopic
                {
                    Name = topic.Key,
                    Partitions = [.. topic.Select(o => new OffsetCommitRequest.OffsetCommitRequestPartition
                    {
                        PartitionIndex = o.Key.Partition,
                        CommittedOffset = o.Value.Offset,
                        CommittedLeaderEpoch = o.Value.LeaderEpoch,
                        CommittedMetadata = o.Value.Metadata ?? "",
                    })],
                })],
            },
            cancellation: cancellation).ConfigureAwait(false);
        KafkaException? failure = null;
        foreach (var topic in answer.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                // One that cannot pass says more than one that may.
                if (partition.ErrorCode != ErrorCode.None && (failure is null || !partition.ErrorCode.IsRetriable()))
                {
                    failure = new KafkaException(
                        partition.ErrorCode, Explain($"The offset of {topic.Name}-{partition.PartitionIndex} was not committed", partition.ErrorCode, null));
                }
            }
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    private async Task FetchOnceAsync(
        IReadOnlyCollection<TopicPartition> partitions, GroupMember member, Dictionary<TopicPartition, CommittedOffset?> found, CancellationToken cancellation)
    {
        var connection = await ConnectAsync(ConnectionPurpose.Control, cancellation).ConfigureAwait(false);
        var version = connection.Versions.Choose(ClientApis.OffsetFetch);
        var topics = partitions.GroupBy(p => p.Topic, StringComparer.Ordinal);
        var request = new OffsetFetchRequest
        {
            RequireStable = version >= FirstFetchWithStable && options.IsolationLevel == IsolationLevel.ReadCommitted,
        };
        if (version >= FirstFetchWithGroups)
        {
            request.Groups.Add(new OffsetFetchRequest.OffsetFetchRequestGroup
            {
                GroupId = Group,
                MemberId = member == GroupMember.None ? null : member.MemberId,
                MemberEpoch = member.Generation,
                Topics = [.. topics.Select(t => new OffsetFetchRequest.OffsetFetchRequestTopics
                {
                    Name = t.Key,
                    PartitionIndexes = [.. t.Select(p => p.Partition)],
                })],
            });
        }
        else
        {
            request.GroupId = Group;
            request.Topics = [.. topics.Select(t => new OffsetFetchRequest.OffsetFetchRequestTopic
            {
                Name = t.Key,
                PartitionIndexes = [.. t.Select(p => p.Partition)],
            })];
        }

        var answer = await connection.SendAsync(ClientApis.OffsetFetch, version, request, cancellation: cancellation).ConfigureAwait(false);
        KafkaException.ThrowIfError(answer.ErrorCode, Explain("Committed offsets cannot be read", answer.ErrorCode, null));
        foreach (var group in answer.Groups)
        {
            KafkaException.ThrowIfError(group.ErrorCode, Explain("Committed offsets cannot be read", group.ErrorCode, null));
            foreach (var topic in group.Topics)
            {
                foreach (var p in topic.Partitions)
                {
                    Take(found, new TopicPartition(topic.Name, p.PartitionIndex), p.ErrorCode, p.CommittedOffset, p.CommittedLeaderEpoch, p.Metadata);
                }
            }
        }

        foreach (var topic in answer.Topics)
        {
            foreach (var p in topic.Partitions)
            {
                Take(found, new TopicPartition(topic.Name, p.PartitionIndex), p.ErrorCode, p.CommittedOffset, p.CommittedLeaderEpoch, p.Metadata);
            }
        }

        foreach (var partition in partitions)
        {
            found.TryAdd(partition, null);
        }
    }

    private void Take(
        Dictionary<TopicPartition, CommittedOffset?> found, TopicPartition partition, ErrorCode error, long offset, int epoch, string? metadata)
    {
        KafkaException.ThrowIfError(error, Explain($"The committed offset of {partition} cannot be read", error, null));
        found[partition] = offset < 0 ? null : new CommittedOffset(offset, epoch, metadata);
    }

    private string Explain(string what, ErrorCode error, string? message) =>
        $"{what} (group '{Group}'): {error.Name()}. {(string.IsNullOrEmpty(message) ? error.Description() : message)}";
}
