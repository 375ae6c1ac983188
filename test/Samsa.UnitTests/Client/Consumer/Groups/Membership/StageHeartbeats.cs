using System.Collections.Concurrent;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

/// <summary>The membership of a group of KIP-848 with one consumer, which is given all partitions of a stage. Entered by its requests.</summary>
internal sealed class StageHeartbeats
{
    private readonly ConsumerStage _stage;

    public StageHeartbeats(ConsumerStage stage)
    {
        _stage = stage;
        stage.Cluster.On(ApiKey.ConsumerGroupHeartbeat, request => Answer((ConsumerGroupHeartbeatRequest)request.Message));
    }

    /// <summary>The epoch that the member has from its next heartbeat on.</summary>
    public int Epoch { get; set; } = 1;

    /// <summary>What heartbeats are answered with, in order.</summary>
    public ConcurrentQueue<ErrorCode> Errors { get; } = new();

    private ConsumerGroupHeartbeatResponse Answer(ConsumerGroupHeartbeatRequest request)
    {
        if (Errors.TryDequeue(out var error))
        {
            return new() { ErrorCode = error };
        }

        return new()
        {
            MemberId = request.MemberId,
            MemberEpoch = request.MemberEpoch < 0 ? request.MemberEpoch : Epoch,
            HeartbeatIntervalMs = 5,
            Assignment = request.MemberEpoch != 0 ? null : new()
            {
                TopicPartitions = [new() { TopicId = _stage.TopicId, Partitions = [.. _stage.Partitions.Select(p => p.Id.Partition)] }],
            },
        };
    }
}
