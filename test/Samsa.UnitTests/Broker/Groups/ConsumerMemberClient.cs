using Samsa.Broker.Groups;
using Samsa.Broker.Groups.Consumers;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>
/// One consumer of the consumer protocol (KIP-848) as it really behaves: it believes what it was told, gives up what it is told to at
/// once or when the test lets it, and begins from scratch when it is fenced.
/// </summary>
internal sealed class ConsumerMemberClient(GroupHarness groups, string memberId, string? instance = null)
{
    /// <summary>What it reads.</summary>
    public List<string> Topics { get; set; } = ["t"];

    public string? Regex { get; set; }

    public string? Assignor { get; init; }

    public string Group { get; init; } = GroupHarness.Group;

    public string MemberId { get; set; } = memberId;

    public string? Instance => instance;

    public int Epoch { get; set; }

    /// <summary>What it has and may read.</summary>
    public HashSet<(Guid Topic, int Partition)> Owned { get; private set; } = [];

    /// <summary>What it was told to have; it gets there in its own time.</summary>
    public HashSet<(Guid Topic, int Partition)>? Assigned { get; private set; }

    public ErrorCode LastError { get; private set; }

    /// <summary>The numbers of its partitions of topic "t", sorted.</summary>
    public int[] Partitions => [.. Owned.Where(one => one.Topic == ClusterOfTopics.IdOf("t")).Select(one => one.Partition).Order()];

    /// <summary>One heartbeat that says everything; what it was told to give up it has given up then.</summary>
    public ConsumerGroupHeartbeatResponse Beat(bool reconcile = true)
    {
        if (reconcile)
            Reconcile();
        var answer = Send(Request());
        Take(answer);
        if (reconcile)
            Reconcile();
        return answer;
    }

    public ConsumerGroupHeartbeatRequest Request() => new()
    {
        GroupId = Group,
        MemberId = MemberId,
        MemberEpoch = Epoch,
        InstanceId = instance,
        RebalanceTimeoutMs = 30_000,
        SubscribedTopicNames = Topics,
        SubscribedTopicRegex = Regex,
        ServerAssignor = Assignor,
        TopicPartitions = Epoch == 0
            ? []
            : [.. Owned.GroupBy(one => one.Topic).Select(topic => new ConsumerGroupHeartbeatRequest.TopicPartitionsData
            {
                TopicId = topic.Key,
                Partitions = [.. topic.Select(one => one.Partition)],
            })],
    };

    public ConsumerGroupHeartbeatResponse Send(ConsumerGroupHeartbeatRequest request)
    {
        var answer = new GroupHarness.Answer<ConsumerGroupHeartbeatResponse>(static code => ConsumerGroup.Refusal(code));
        groups.Do(new GroupEvent.ConsumerHeartbeat(answer.Ticket, request, "client", "/host", "fresh"));
        return answer.Now;
    }

    /// <summary>Leaves; a static member for a while (-2) if asked so.</summary>
    public ErrorCode Leave(int epoch = -1)
    {
        var answer = Send(new ConsumerGroupHeartbeatRequest { GroupId = Group, MemberId = MemberId, MemberEpoch = epoch, InstanceId = instance });
        Forget();
        return answer.ErrorCode;
    }

    public ErrorCode Commit(long offset, int partition, int? epoch = null) =>
        groups.Commit(offset, MemberId, epoch ?? Epoch, partition, group: Group, version: 10);

    /// <summary>Has nothing and knows nothing any more.</summary>
    public void Forget()
    {
        Epoch = 0;
        Owned = [];
        Assigned = null;
    }

    /// <summary>Gives up what it shall not have, and takes what it was given.</summary>
    public void Reconcile()
    {
        if (Assigned is not null)
            Owned = [.. Assigned];
    }

    /// <summary>Gives up what it shall not have.</summary>
    public void GiveUp()
    {
        if (Assigned is not null)
            Owned.IntersectWith(Assigned);
    }

    public void Take(ConsumerGroupHeartbeatResponse answer)
    {
        LastError = answer.ErrorCode;
        switch (answer.ErrorCode)
        {
            case ErrorCode.None:
                Epoch = answer.MemberEpoch;
                if (answer.Assignment is { } assignment)
                    Assigned = [.. assignment.TopicPartitions.SelectMany(topic => topic.Partitions.Select(partition => (topic.TopicId, partition)))];
                break;
            case ErrorCode.FencedMemberEpoch or ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId or ErrorCode.GroupIdNotFound:
                Forget();
                break;
        }
    }
}
