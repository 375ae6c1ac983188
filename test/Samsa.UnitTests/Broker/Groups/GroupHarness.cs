using Samsa.Broker.Configuration;
using Samsa.Broker.Groups;
using Samsa.Broker.Groups.Consumers;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>
/// Drives the groups of one partition as a lane does, without threads, disk or clock: what is stored goes into a list, receipts come back
/// at once, and a restart is a new shard that reads the list.
/// </summary>
internal sealed class GroupHarness
{
    public const string Group = "g";

    private readonly GroupOptions _options;
    private readonly Dictionary<GroupTicket, long> _answeredAt = [];
    private int _ids;

    public GroupHarness(params string[] properties)
    {
        var config = BrokerConfig.Create(properties.Select(property => property.Split('='))
            .Select(pair => new KeyValuePair<string, string>(pair[0], pair[1]))
            .Append(new("log.dirs", "unused")));
        _options = config.Groups;
        Shard = new GroupShard(_options, Counts);
    }

    public GroupShard Shard { get; private set; }

    /// <summary>What the cluster knows.</summary>
    public MetadataImage Cluster { get; set; } = new ClusterOfTopics().Image;

    public GroupCounts Counts { get; } = new();

    /// <summary>Milliseconds of both clocks.</summary>
    public long Now { get; private set; } = 1_000_000;

    /// <summary>Everything that was appended.</summary>
    public List<GroupRecord> Log { get; } = [];

    /// <summary>The next append fails with this.</summary>
    public ErrorCode FailNext { get; set; }

    public ConsumerGroup Consumer => Assert.IsType<ConsumerGroup>(Shard.Find(Group));

    public ClassicGroup Classic => Assert.IsType<ClassicGroup>(Shard.Find(Group));

    /// <summary>Lets an event happen, with all that follows from it.</summary>
    public void Do(GroupEvent? happened)
    {
        var step = new GroupStep(new GroupTime(Now, Now), Cluster);
        if (happened is null)
            Shard.OnLoaded(step);
        else
            Shard.Step(happened, step);
        foreach (var store in step.Stores)
        {
            var error = FailNext;
            FailNext = ErrorCode.None;
            if (error == ErrorCode.None)
                Log.AddRange(store.Records);
            if (store.Receipt is not null)
                Do(new GroupEvent.Stored(store.Receipt, error));
        }

        foreach (var (ticket, answer) in step.Answers)
        {
            ticket.Complete(answer);
            _answeredAt[ticket] = Now;
        }

        foreach (var following in step.Following)
            Do(following);
    }

    /// <summary>When the coordinator answered; it may have refused without a step, just now.</summary>
    public long AnsweredAt<T>(Answer<T> answer)
        where T : class, IMessage => _answeredAt.GetValueOrDefault(answer.Ticket, Now);

    /// <summary>Lets time pass, deadline by deadline.</summary>
    public void Advance(long milliseconds)
    {
        var end = Now + milliseconds;
        while (Shard.NextDeadline <= end)
        {
            Now = Math.Max(Now, Shard.NextDeadline);
            Do(new GroupEvent.TimePassed());
        }

        Now = end;
    }

    /// <summary>
    /// Removes from the first part of the log what came again in it, as a cleaner does, and some of the tombstones that are left there.
    /// </summary>
    public void Compact(Random random)
    {
        var end = random.Next(Log.Count + 1);
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < end; i++)
            last[Convert.ToHexString(Log[i].Key)] = i;
        var kept = Log.Where((record, i) => i >= end || (last[Convert.ToHexString(record.Key)] == i && (record.Value is not null || random.Next(2) == 0))).ToList();
        Log.Clear();
        Log.AddRange(kept);
    }

    /// <summary>The coordinator begins anew with what is in the log; requests that waited are refused.</summary>
    public void Restart()
    {
        Do(new GroupEvent.Unload(ErrorCode.NotCoordinator));
        Shard = new GroupShard(_options, Counts);
        foreach (var record in Log)
            Shard.Replay(record.Key, record.Value is null ? null : (ReadOnlyMemory<byte>?)record.Value);
        Do(null);
    }

    public Answer<JoinGroupResponse> Join(
        string memberId = "", string? instance = null, int session = 10_000, int rebalance = 60_000, string[]? protocols = null,
        string type = "consumer", bool known = false, bool maySkip = false, string[]? topics = null, string group = Group)
    {
        var answer = new Answer<JoinGroupResponse>(code => ClassicGroup.JoinRefusal(memberId, code));
        Do(new GroupEvent.Join(
            answer.Ticket, group, memberId, instance, type,
            [.. (protocols ?? ["range"]).Select(name => new GroupProtocol(name, Subscription(topics ?? ["t"])))],
            session, rebalance, "client", "/host", known, maySkip, (++_ids).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return answer;
    }

    /// <summary>A join with the bytes of a real client.</summary>
    public Answer<JoinGroupResponse> JoinWith(string protocol, byte[] metadata, string memberId, string? instance, int rebalance, bool maySkip = true)
    {
        var answer = new Answer<JoinGroupResponse>(code => ClassicGroup.JoinRefusal(memberId, code));
        Do(new GroupEvent.Join(
            answer.Ticket, Group, memberId, instance, "consumer", [new GroupProtocol(protocol, metadata)], 10_000, rebalance, "client", "/host",
            NeedsKnownMemberId: instance is null, maySkip, (++_ids).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return answer;
    }

    public Answer<SyncGroupResponse> Sync(JoinGroupResponse joined, string? instance = null, string? type = null, string? protocol = null, params string[] parts)
    {
        var assignments = joined.Members
            .Select((member, i) => (member.MemberId, Bytes: System.Text.Encoding.UTF8.GetBytes(i < parts.Length ? parts[i] : "")))
            .ToDictionary(pair => pair.MemberId, pair => pair.Bytes);
        return Sync(joined.MemberId, joined.GenerationId, instance, type, protocol, assignments);
    }

    public Answer<SyncGroupResponse> Sync(
        string memberId, int generation, string? instance = null, string? type = null, string? protocol = null,
        Dictionary<string, byte[]>? assignments = null)
    {
        var answer = new Answer<SyncGroupResponse>(ClassicGroup.SyncAnswer);
        Do(new GroupEvent.Sync(answer.Ticket, Group, generation, memberId, instance, type, protocol, assignments ?? []));
        return answer;
    }

    public ErrorCode Heartbeat(string memberId, int generation, string? instance = null)
    {
        var answer = new Answer<HeartbeatResponse>(code => new HeartbeatResponse { ErrorCode = code });
        Do(new GroupEvent.Heartbeat(answer.Ticket, Group, generation, memberId, instance));
        return answer.Now.ErrorCode;
    }

    public ErrorCode Leave(string memberId, string? instance = null)
    {
        var answer = new Answer<LeaveGroupResponse>(code => new LeaveGroupResponse { ErrorCode = code });
        Do(new GroupEvent.Leave(answer.Ticket, Group, [new LeaveGroupRequest.MemberIdentity { MemberId = memberId, GroupInstanceId = instance }]));
        return answer.Now.Members.Count == 0 ? answer.Now.ErrorCode : answer.Now.Members.Single().ErrorCode;
    }

    public ErrorCode Commit(
        long offset, string memberId = "", int generation = -1, int partition = 0, string topic = "t", string? instance = null, string metadata = "",
        long expiry = -1, string group = Group, short version = 8)
    {
        var response = new OffsetCommitResponse();
        var outcome = new OffsetCommitResponse.OffsetCommitResponsePartition();
        var answer = new Answer<OffsetCommitResponse>(_ => response);
        Do(new GroupEvent.Commit(
            answer.Ticket, group, generation, memberId, instance,
            [new OffsetToCommit(new TopicPartition(topic, partition), new CommittedOffset(offset, -1, metadata, Now, expiry), outcome)], response,
            version));
        _ = answer.Now;
        return outcome.ErrorCode;
    }

    /// <summary>The committed offset, -1 for none.</summary>
    public long Committed(int partition = 0, string topic = "t", string group = Group, bool requireStable = false) =>
        Fetch(group, requireStable, (topic, partition)).Topics[0].Partitions[0].CommittedOffset;

    public OffsetFetchResponse.OffsetFetchResponseGroup Fetch(string group, bool requireStable = false, params (string Topic, int Partition)[] asked)
    {
        var request = new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = group, Topics = asked.Length == 0 ? null : [] };
        foreach (var (topic, partition) in asked)
            request.Topics!.Add(new OffsetFetchRequest.OffsetFetchRequestTopics { Name = topic, PartitionIndexes = [partition] });
        var answer = new Answer<OffsetFetchResponse>(_ => new OffsetFetchResponse());
        Do(new GroupEvent.FetchOffsets(answer.Ticket, request, requireStable));
        return answer.Now.Groups.Single();
    }

    public ErrorCode Delete(string group = Group)
    {
        var answer = new Answer<DeleteGroupsResponse>(_ => new DeleteGroupsResponse());
        Do(new GroupEvent.Delete(answer.Ticket, group));
        return answer.Now.Results.Single().ErrorCode;
    }

    /// <summary>A stable group of members who joined one after the other; the first leads. Each was assigned its number.</summary>
    public List<JoinGroupResponse> Stable(int members = 1, string?[]? instances = null, string[]? topics = null)
    {
        var joins = new List<Answer<JoinGroupResponse>>();
        for (var i = 0; i < members; i++)
            joins.Add(Join(instance: instances?[i], topics: topics));
        while (joins[0].IsWaiting)
            Advance(100);
        var joined = joins.ConvertAll(join => join.Now);
        var parts = Enumerable.Range(0, members).Select(i => $"part {i}").ToArray();
        var followers = joined.Skip(1).Select((one, i) => Sync(one, instances?[i + 1])).ToList();
        Assert.Equal(ErrorCode.None, Sync(joined[0], instances?[0], parts: parts).Now.ErrorCode);
        Assert.All(followers, follower => Assert.Equal(ErrorCode.None, follower.Now.ErrorCode));
        Assert.Equal(ClassicGroupState.Stable, Classic.State);
        return joined;
    }

    /// <summary>What a consumer says about itself.</summary>
    public static byte[] Subscription(params string[] topics)
    {
        using var writer = new WireWriter();
        writer.WriteInt16(1);
        new ConsumerProtocolSubscription { Topics = [.. topics] }.Write(writer, 1);
        return writer.WrittenMemory.ToArray();
    }

    /// <summary>An answer that may come later.</summary>
    internal sealed class Answer<T>(Func<ErrorCode, IMessage> refusal)
        where T : class, IMessage
    {
        public GroupTicket Ticket { get; } = new(refusal);

        public bool IsWaiting => !Ticket.Answered.IsCompleted;

        public T Now
        {
            get
            {
                Assert.False(IsWaiting, "No answer yet.");
                return Assert.IsType<T>(Ticket.Answered.GetAwaiter().GetResult());
            }
        }
    }
}
