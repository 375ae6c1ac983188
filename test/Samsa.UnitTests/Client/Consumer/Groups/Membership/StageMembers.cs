using System.Collections.Concurrent;
using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Scripted;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

/// <summary>
/// The membership of a group with one consumer, kept by the coordinator of a <see cref="StageGroup"/>. The consumer leads and gets what its own assignor gives
/// it, or what <see cref="Assigned"/> says.
/// </summary>
internal sealed class StageMembers
{
    private readonly ConcurrentDictionary<ApiKey, ConcurrentQueue<ErrorCode>> _errors = new();
    private int _generation;
    private int _ids;

    public StageMembers(ConsumerStage stage)
    {
        stage.Cluster.OnAsync(ApiKey.JoinGroup, JoinAsync);
        stage.Cluster.On(ApiKey.SyncGroup, Sync);
        stage.Cluster.On(ApiKey.Heartbeat, r => new HeartbeatResponse { ErrorCode = Next(r.Key) });
        stage.Cluster.On(ApiKey.LeaveGroup, _ => new LeaveGroupResponse());
    }

    /// <summary>What the next sync gives; null for what the leader said.</summary>
    public TopicPartition[]? Assigned { get; set; }

    /// <summary>A join is answered when this is complete.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public int Generation => Volatile.Read(ref _generation);

    /// <summary>The next request of the kind is answered with the error.</summary>
    public void Fail(ApiKey key, ErrorCode error) => _errors.GetOrAdd(key, _ => new()).Enqueue(error);

    private ErrorCode Next(ApiKey key) => _errors.TryGetValue(key, out var errors) && errors.TryDequeue(out var error) ? error : ErrorCode.None;

    private async Task<IMessage?> JoinAsync(ScriptedRequest request)
    {
        var message = (JoinGroupRequest)request.Message;
        await Gate;
        if (Next(request.Key) is var error && error != ErrorCode.None)
        {
            return new JoinGroupResponse { ErrorCode = error };
        }

        if (message.MemberId.Length == 0 && request.Version >= 4 && message.GroupInstanceId is null)
        {
            return new JoinGroupResponse { ErrorCode = ErrorCode.MemberIdRequired, MemberId = $"m-{Interlocked.Increment(ref _ids)}" };
        }

        var id = message.MemberId.Length > 0 ? message.MemberId : $"m-{Interlocked.Increment(ref _ids)}";
        return new JoinGroupResponse
        {
            GenerationId = Interlocked.Increment(ref _generation),
            MemberId = id,
            Leader = id,
            ProtocolName = message.Protocols[0].Name,
            Members = [new() { MemberId = id, GroupInstanceId = message.GroupInstanceId, Metadata = message.Protocols[0].Metadata }],
        };
    }

    private SyncGroupResponse Sync(ScriptedRequest request)
    {
        var message = (SyncGroupRequest)request.Message;
        var error = Next(request.Key);
        if (error == ErrorCode.None && message.GenerationId != Generation)
        {
            error = ErrorCode.IllegalGeneration;
        }

        var assigned = Assigned is { } partitions ? ConsumerProtocol.Encode(new MemberAssignment(partitions))
            : message.Assignments.Single(a => a.MemberId == message.MemberId).Assignment;
        return new SyncGroupResponse { ErrorCode = error, Assignment = error == ErrorCode.None ? assigned : ReadOnlyMemory<byte>.Empty };
    }
}
