using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>CreateTopics, CreatePartitions, DeleteTopics.</summary>
internal static class TopicCases
{
    public static CaseList CreateTopics { get; } = MakeCreateTopics();

    public static CaseList CreatePartitions { get; } = new(ApiKey.CreatePartitions)
    {
        { "two more", async s =>
            {
                var topic = await s.TopicAsync();
                await s.ProbeAsync(Grow(topic.Name, 3));
                await s.ProbeAsync(Grow(topic.Name, 3));
            }
        },
        { "fewer", async s => await s.ProbeAsync(Grow((await s.TopicAsync(2)).Name, 1)) },
        { "zero", async s => await s.ProbeAsync(Grow((await s.TopicAsync()).Name, 0)) },
        { "minus one", async s => await s.ProbeAsync(Grow((await s.TopicAsync()).Name, -1)) },
        { "only validated", async s =>
            {
                var topic = await s.TopicAsync();
                var request = Grow(topic.Name, 3);
                request.ValidateOnly = true;
                await s.ProbeAsync(request);
                await s.ProbeAsync(Grow(topic.Name, 2));
            }
        },
        { "assigned", async s => await s.ProbeAsync(Grow((await s.TopicAsync()).Name, 3, [1], [1])) },
        { "assigned too few", async s => await s.ProbeAsync(Grow((await s.TopicAsync()).Name, 3, [1])) },
        { "assigned too many", async s => await s.ProbeAsync(Grow((await s.TopicAsync()).Name, 2, [1], [1])) },
        { "assigned to nobody", async s => await s.ProbeAsync(Grow((await s.TopicAsync()).Name, 2, [77])) },
        { "assigned twice", async s => await s.ProbeAsync(Grow((await s.TopicAsync()).Name, 2, [1, 1])) },
        { "assigned to two", async s => await s.ProbeAsync(Grow((await s.TopicAsync()).Name, 2, [1, 2])) },
        { "assigned empty", async s => await s.ProbeAsync(Grow((await s.TopicAsync()).Name, 2, [[]])) },
        { "unknown topic", s => Grow("nobody", 2) },
        { "invalid topic", s => Grow("no body", 2) },
        { "empty name", s => Grow("", 2) },
        { "no topics", s => new CreatePartitionsRequest { TimeoutMs = 60_000 } },
        { "same topic twice", async s =>
            {
                var request = Grow((await s.TopicAsync()).Name, 2);
                request.Topics.Add(Grow(request.Topics[0].Name, 3).Topics[0]);
                await s.ProbeAsync(request);
            }
        },
        { "one good one unknown", async s =>
            {
                var request = Grow((await s.TopicAsync()).Name, 2);
                request.Topics.Add(Grow("nobody", 3).Topics[0]);
                await s.ProbeAsync(request);
            }
        },
    };

    public static CaseList DeleteTopics { get; } = new(ApiKey.DeleteTopics)
    {
        { "by name", async s => await s.ProbeAsync(Delete(s, ((await s.TopicAsync()).Name, Guid.Empty))) },
        { "by id", async s => await s.ProbeAsync(Delete(s, (null, (await s.TopicAsync()).Id))), 6 },
        { "by name and id", async s =>
            {
                var topic = await s.TopicAsync();
                await s.ProbeAsync(Delete(s, (topic.Name, topic.Id)));
            }, 6
        },
        { "by nothing", s => Delete(s, (null, Guid.Empty)), 6 },
        { "by unknown id", s => Delete(s, (null, Scene.NobodysId)), 6 },
        { "unknown", s => Delete(s, ("nobody", Guid.Empty)) },
        { "invalid name", s => Delete(s, ("no body", Guid.Empty)) },
        { "empty name", s => Delete(s, ("", Guid.Empty)) },
        { "no topics", s => Delete(s) },
        { "same name twice", async s =>
            {
                var topic = await s.TopicAsync();
                await s.ProbeAsync(Delete(s, (topic.Name, Guid.Empty), (topic.Name, Guid.Empty)));
            }
        },
        { "same topic by name and by id", async s =>
            {
                var topic = await s.TopicAsync();
                await s.ProbeAsync(Delete(s, (topic.Name, Guid.Empty), (null, topic.Id)));
            }, 6
        },
        { "same id twice", async s =>
            {
                var topic = await s.TopicAsync();
                await s.ProbeAsync(Delete(s, (null, topic.Id), (null, topic.Id)));
            }, 6
        },
        { "one good one unknown", async s => await s.ProbeAsync(Delete(s, ((await s.TopicAsync()).Name, Guid.Empty), ("nobody", Guid.Empty))) },
    };

    private static CaseList MakeCreateTopics()
    {
        var list = new CaseList(ApiKey.CreateTopics)
        {
            { "one", s => Requests.CreateTopics(Requests.NewTopic(s.Name(), 2, 1, ("retention.ms", "12345"))) },
            { "two", s => Requests.CreateTopics(Requests.NewTopic(s.Name("a")), Requests.NewTopic(s.Name("b"), 3)) },
            { "defaults", s => Requests.CreateTopics(Requests.NewTopic(s.Name(), -1, -1)) , 4 },
            { "defaults before they are known", s => Requests.CreateTopics(Requests.NewTopic(s.Name(), -1, -1)), 0, 3 },
            { "exists", async s => await s.ProbeAsync(Requests.CreateTopics(Requests.NewTopic((await s.TopicAsync()).Name))) },
            { "exists and only validated", async s => await s.ProbeAsync(Validating(Requests.NewTopic((await s.TopicAsync()).Name))), 1 },
            { "no partitions", s => Requests.CreateTopics(Requests.NewTopic(s.Name(), 0)) },
            { "partitions minus two", s => Requests.CreateTopics(Requests.NewTopic(s.Name(), -2)) },
            { "no replicas", s => Requests.CreateTopics(Requests.NewTopic(s.Name(), 1, 0)) },
            { "too many replicas", s => Requests.CreateTopics(Requests.NewTopic(s.Name(), 1, 3)) },
            { "replicas minus two", s => Requests.CreateTopics(Requests.NewTopic(s.Name(), 1, -2)) },
            { "no topics", s => Requests.CreateTopics() },
            { "same name twice", s => Requests.CreateTopics(Requests.NewTopic(s.Name()), Requests.NewTopic(s.Name(), 2)) },
            { "one good one wrong", s => Requests.CreateTopics(Requests.NewTopic(s.Name()), Requests.NewTopic("no body")) },
            { "collision", async s =>
                {
                    var topic = await s.TopicAsync(name: s.Name("a.b"));
                    await s.ProbeAsync(Requests.CreateTopics(Requests.NewTopic(topic.Name.Replace('.', '_'))));
                }
            },
            { "only validated", async s =>
                {
                    await s.ProbeAsync(Validating(Requests.NewTopic(s.Name(), 2)));
                    await s.ProbeAsync(Requests.CreateTopics(Requests.NewTopic(s.Name(), 2)));
                }, 1
            },
            { "counts and assignments", s => Requests.CreateTopics(Assigned(s, 1, 1, (0, [1]))) },
            { "partitions and assignments", s => Requests.CreateTopics(Assigned(s, 1, -1, (0, [1]))) },
            { "config twice", s => Requests.CreateTopics(Requests.NewTopic(s.Name(), 1, 1, ("retention.ms", "1000"), ("retention.ms", "2000"))) },
        };
        foreach (var name in new[] { "", ".", "..", "no body", "a/b", "ü", "__cluster_metadata", new string('x', 249), new string('x', 250) })
            list.Add($"name {(name.Length > 20 ? name.Length : name)}", s => Validating(Requests.NewTopic(name)), 1);
        foreach (var (name, assignment) in new Dictionary<string, (int, int[])[]>
        {
            ["assigned one"] = [(0, [1])],
            ["assigned two"] = [(0, [1]), (1, [1])],
            ["assigned with a gap"] = [(0, [1]), (2, [1])],
            ["assigned not from zero"] = [(1, [1])],
            ["assigned negative"] = [(-1, [1])],
            ["assigned the same broker twice"] = [(0, [1, 1])],
            ["assigned the same partition twice"] = [(0, [1]), (0, [1])],
            ["assigned unevenly"] = [(0, [1]), (1, [1, 77])],
            ["assigned to nobody"] = [(0, [])],
            ["assigned to an unknown broker"] = [(0, [77])],
            ["assigned to a negative broker"] = [(0, [-1])],
        })
        {
            list.Add(name, s => Requests.CreateTopics(Assigned(s, -1, -1, assignment)));
        }

        foreach (var (key, value) in new (string, string?)[]
        {
            ("no.such.key", "1"), ("retention.ms", "soon"), ("retention.ms", null), ("retention.ms", ""), ("retention.ms", "-2"), ("retention.ms", "9223372036854775808"),
            ("cleanup.policy", "burn"), ("cleanup.policy", "compact,delete"), ("cleanup.policy", "delete,burn"), ("cleanup.policy", ""), ("cleanup.policy", "delete,delete"),
            ("compression.type", "brotli"), ("compression.type", "ZSTD"), ("segment.bytes", "100"), ("segment.bytes", "1048576"), ("segment.bytes", "3000000000"),
            ("segment.bytes", "1.5"), ("min.insync.replicas", "0"), ("min.insync.replicas", "2"), ("message.timestamp.type", "Never"), ("preallocate", "yes"),
            ("preallocate", "TRUE"), ("min.cleanable.dirty.ratio", "1.5"), ("min.cleanable.dirty.ratio", "0.25"), ("min.cleanable.dirty.ratio", "many"),
            ("max.message.bytes", "-1"), ("max.message.bytes", "0"), ("segment.ms", "0"), ("flush.messages", "0"), ("index.interval.bytes", "-1"),
            ("retention.bytes", "-1"), ("local.retention.ms", "10"), ("remote.storage.enable", "true"), ("follower.replication.throttled.replicas", "0:1,1:1"),
            ("follower.replication.throttled.replicas", "x"), ("leader.replication.throttled.replicas", "*"), ("max.compaction.lag.ms", "0"),
            ("min.compaction.lag.ms", "-1"), ("file.delete.delay.ms", "-1"), ("unclean.leader.election.enable", "true"), ("delete.retention.ms", "-1"),
            ("segment.index.bytes", "3"), ("segment.jitter.ms", "-1"), ("compression.gzip.level", "0"), ("compression.gzip.level", "10"),
            ("compression.zstd.level", "23"), ("compression.lz4.level", "18"), ("message.timestamp.after.max.ms", "-1"), ("message.timestamp.before.max.ms", "-1"),
            ("message.format.version", "2.0"), ("message.downconversion.enable", "false"), (" retention.ms", "5"), ("retention.ms", " 5 "), ("Retention.ms", "5"),
        })
        {
            list.Add(
                $"config {key}={value ?? "null"}",
                s => Validating(Requests.NewTopic("validated-" + key.Trim(), 1, 1, (key, value))), 1);
        }

        return list;
    }

    private static CreateTopicsRequest Validating(CreateTopicsRequest.CreatableTopic topic)
    {
        var request = Requests.CreateTopics(topic);
        request.ValidateOnly = true;
        return request;
    }

    private static CreateTopicsRequest.CreatableTopic Assigned(Scene s, int partitions, short replicas, params (int Partition, int[] Brokers)[] assignments)
    {
        var topic = Requests.NewTopic(s.Name(), partitions, replicas);
        foreach (var (partition, brokers) in assignments)
            topic.Assignments.Add(new CreateTopicsRequest.CreatableReplicaAssignment { PartitionIndex = partition, BrokerIds = [.. brokers] });
        return topic;
    }

    private static CreatePartitionsRequest Grow(string topic, int count, params int[][] assignments) => new()
    {
        TimeoutMs = 60_000,
        Topics =
        [
            new CreatePartitionsRequest.CreatePartitionsTopic
            {
                Name = topic,
                Count = count,
                Assignments = assignments.Length == 0
                    ? null
                    : [.. assignments.Select(brokers => new CreatePartitionsRequest.CreatePartitionsAssignment { BrokerIds = [.. brokers] })],
            },
        ],
    };

    private static DeleteTopicsRequest Delete(Scene s, params (string? Name, Guid Id)[] topics) => s.Version < 6
        ? new DeleteTopicsRequest { TimeoutMs = 60_000, TopicNames = [.. topics.Select(topic => topic.Name!)] }
        : new DeleteTopicsRequest
        {
            TimeoutMs = 60_000,
            Topics = [.. topics.Select(topic => new DeleteTopicsRequest.DeleteTopicState { Name = topic.Name, TopicId = topic.Id })],
        };
}
