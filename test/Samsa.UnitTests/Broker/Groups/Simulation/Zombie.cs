using Samsa.Broker.Groups;
using Samsa.Protocol;

namespace Samsa.UnitTests.Broker.Groups.Simulation;

/// <summary>A process that slept through the end of its membership and goes on as if nothing had happened.</summary>
internal sealed class Zombie(GroupHarness groups, FormerIdentity former)
{
    /// <summary>What it must be told when its instance id has another owner; none where the protocol leaves that open.</summary>
    public ErrorCode FencedBy { get; private set; }

    /// <summary>One request; what it was, and how it was answered.</summary>
    public (string What, ErrorCode Error) Act(Random random)
    {
        var isClassicGroup = groups.Shard.Find(GroupHarness.Group) is ClassicGroup;
        if (!former.IsClassic)
            return ActAsConsumer(random, isClassicGroup);
        FencedBy = ErrorCode.FencedInstanceId;

        // A consumer group lets anybody in who brings an id, as in Kafka 4.3.
        switch (random.Next(isClassicGroup || former.Instance is not null ? 5 : 4))
        {
            case 0:
                return ("A heartbeat", groups.Heartbeat(former.MemberId, former.Epoch, former.Instance));
            case 1:
                FencedBy = isClassicGroup ? FencedBy : ErrorCode.None;
                return ("A commit", groups.Commit(1_000_000, former.MemberId, former.Epoch, 0, "t", former.Instance, version: 10));
            case 2:
                return ("A SyncGroup", groups.Sync(former.MemberId, former.Epoch, former.Instance, "consumer", former.ProtocolName).Now.ErrorCode);
            case 3:
                return ("A LeaveGroup", groups.Leave(former.MemberId, former.Instance));
            default:
                // A group that is full, or that shares its work another way, says so first.
                FencedBy = ErrorCode.None;
                return ("A JoinGroup", groups.JoinWith(
                    former.ProtocolName ?? "range", GroupHarness.Subscription("t"), former.MemberId, former.Instance, 60_000).Now.ErrorCode);
        }
    }

    private (string What, ErrorCode Error) ActAsConsumer(Random random, bool isClassicGroup)
    {
        var client = new ConsumerMemberClient(groups, former.MemberId, former.Instance) { Epoch = former.Epoch };
        switch (random.Next(3))
        {
            case 0:
                FencedBy = isClassicGroup ? ErrorCode.None : ErrorCode.FencedInstanceId;
                return ("A heartbeat", client.Send(client.Request()).ErrorCode);
            case 1:
                return ("A commit", groups.Commit(1_000_000, former.MemberId, former.Epoch, 0, "t", former.Instance, version: 10));
            default:
                FencedBy = isClassicGroup ? ErrorCode.None : ErrorCode.FencedInstanceId;
                return ("A leaving", client.Leave());
        }
    }
}
