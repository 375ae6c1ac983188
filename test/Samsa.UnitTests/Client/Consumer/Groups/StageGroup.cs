using System.Collections.Concurrent;
using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Scripted;

namespace Samsa.UnitTests.Client.Consumer.Groups;

/// <summary>The offsets of a group, kept by one of the brokers of a <see cref="ConsumerStage"/>; the other one says that it is not the one.</summary>
internal sealed class StageGroup
{
    private readonly ConcurrentDictionary<TopicPartition, CommittedOffset> _committed = new();

    public StageGroup(ConsumerStage stage)
    {
        stage.Cluster.On(ApiKey.FindCoordinator, Find);
        stage.Cluster.On(ApiKey.OffsetCommit, Commit);
        stage.Cluster.On(ApiKey.OffsetFetch, Fetch);
    }

    /// <summary>The broker that keeps the group.</summary>
    public int Coordinator { get; set; } = 1;

    /// <summary>What FindCoordinator, OffsetCommit and OffsetFetch are answered with, in order.</summary>
    public ConcurrentQueue<ErrorCode> FindErrors { get; } = new();

    public ConcurrentQueue<ErrorCode> CommitErrors { get; } = new();

    public ConcurrentQueue<ErrorCode> FetchErrors { get; } = new();

    public CommittedOffset? this[TopicPartition partition]
    {
        get => _committed.TryGetValue(partition, out var offset) ? offset : null;
        set => _committed[partition] = value!.Value;
    }

    /// <summary>Answers commits again after a test did it itself.</summary>
    public void Serve(ConsumerStage stage) => stage.Cluster.On(ApiKey.OffsetCommit, Commit);

    /// <summary>Answers questions for offsets again after a test did it itself.</summary>
    public void ServeFetches(ConsumerStage stage) => stage.Cluster.On(ApiKey.OffsetFetch, Fetch);

    private bool IsCoordinator(ScriptedRequest request) => request.Broker.Host == $"broker-{Coordinator}";

    private FindCoordinatorResponse Find(ScriptedRequest request)
    {
        var message = (FindCoordinatorRequest)request.Message;
        var error = FindErrors.TryDequeue(out var e) ? e : ErrorCode.None;
        return request.Version < 4
            ? new() { ErrorCode = error, NodeId = Coordinator, Host = $"broker-{Coordinator}", Port = 9092 }
            : new()
            {
                Coordinators = [new() { Key = message.CoordinatorKeys[0], ErrorCode = error, NodeId = Coordinator, Host = $"broker-{Coordinator}", Port = 9092 }],
            };
    }

    private OffsetCommitResponse Commit(ScriptedRequest request)
    {
        var message = (OffsetCommitRequest)request.Message;
        var error = !IsCoordinator(request) ? ErrorCode.NotCoordinator : CommitErrors.TryDequeue(out var e) ? e : ErrorCode.None;
        return new()
        {
            Topics = [.. message.Topics.Select(t => new OffsetCommitResponse.OffsetCommitResponseTopic
            {
                Name = t.Name,
                Partitions = [.. t.Partitions.Select(p =>
                {
                    if (error == ErrorCode.None)
                    {
                        _committed[new(t.Name, p.PartitionIndex)] = new(p.CommittedOffset, p.CommittedLeaderEpoch, p.CommittedMetadata);
                    }

                    return new OffsetCommitResponse.OffsetCommitResponsePartition { PartitionIndex = p.PartitionIndex, ErrorCode = error };
                })],
            })],
        };
    }

    private OffsetFetchResponse Fetch(ScriptedRequest request)
    {
        var message = (OffsetFetchRequest)request.Message;
        var error = !IsCoordinator(request) ? ErrorCode.NotCoordinator : FetchErrors.TryDequeue(out var e) ? e : ErrorCode.None;
        if (request.Version < 8)
        {
            return new()
            {
                ErrorCode = error,
                Topics = [.. message.Topics!.Select(t => new OffsetFetchResponse.OffsetFetchResponseTopic
                {
                    Name = t.Name,
                    Partitions = [.. t.PartitionIndexes.Select(p => this[new(t.Name, p)] is { } offset
                        ? new OffsetFetchResponse.OffsetFetchResponsePartition
                        {
                            PartitionIndex = p,
                            CommittedOffset = offset.Offset,
                            CommittedLeaderEpoch = request.Version >= 5 ? offset.LeaderEpoch : -1,
                            Metadata = offset.Metadata,
                        }
                        : new() { PartitionIndex = p, CommittedOffset = -1, Metadata = "" })],
                })],
            };
        }

        return new()
        {
            Groups = [.. message.Groups.Select(g => new OffsetFetchResponse.OffsetFetchResponseGroup
            {
                GroupId = g.GroupId,
                ErrorCode = error,
                Topics = error != ErrorCode.None ? [] : [.. g.Topics!.Select(t => new OffsetFetchResponse.OffsetFetchResponseTopics
                {
                    Name = t.Name,
                    Partitions = [.. t.PartitionIndexes.Select(p => this[new(t.Name, p)] is { } offset
                        ? new OffsetFetchResponse.OffsetFetchResponsePartitions
                        {
                            PartitionIndex = p,
                            CommittedOffset = offset.Offset,
                            CommittedLeaderEpoch = offset.LeaderEpoch,
                            Metadata = offset.Metadata,
                        }
                        : new() { PartitionIndex = p, CommittedOffset = -1, Metadata = "" })],
                })],
            })],
        };
    }
}
