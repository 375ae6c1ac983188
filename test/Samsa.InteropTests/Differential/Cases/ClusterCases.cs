using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>ApiVersions, Metadata, DescribeCluster, DescribeTopicPartitions, DescribeLogDirs, FindCoordinator.</summary>
internal static class ClusterCases
{
    public static CaseList ApiVersions { get; } = new(ApiKey.ApiVersions)
    {
        { "plain", s => new ApiVersionsRequest { ClientSoftwareName = "wire", ClientSoftwareVersion = "1.0" } },
        { "without a name", s => new ApiVersionsRequest(), 3 },
        { "with a bad name", s => new ApiVersionsRequest { ClientSoftwareName = "a b!", ClientSoftwareVersion = "1" }, 3 },
        { "for another cluster", s => new ApiVersionsRequest { ClientSoftwareName = "w", ClientSoftwareVersion = "1", ClusterId = "other", NodeId = 1 }, 5 },
        { "for another broker", s => new ApiVersionsRequest { ClientSoftwareName = "w", ClientSoftwareVersion = "1", ClusterId = s.Side.ClusterId, NodeId = 9 }, 5 },
        { "for this broker", s => new ApiVersionsRequest { ClientSoftwareName = "w", ClientSoftwareVersion = "1", ClusterId = s.Side.ClusterId, NodeId = 1 }, 5 },
        { "from the future", s => s.ProbeFrameAsync([0, 18, 0, 99, 0, 0, 0, 7, 0xff, 0xff, 0, 0x55], ApiKey.ApiVersions, 0, 7), 0, 0 },
    };

    public static CaseList Metadata { get; } = new(ApiKey.Metadata)
    {
        { "no topics", s => new MetadataRequest { Topics = [] }, 1 },
        { "one topic", async s => await s.ProbeAsync(new MetadataRequest { Topics = [Topic((await TwoAsync(s)).Name)] }) },
        { "same topic twice", async s => await s.ProbeAsync(new MetadataRequest { Topics = [Topic((await TwoAsync(s)).Name), Topic((await TwoAsync(s)).Name)] }) },
        { "unknown topic", s => Ask("nobody"), 4 },
        { "one known one unknown", async s => await s.ProbeAsync(Ask((await TwoAsync(s)).Name, "nobody")), 4 },
        { "invalid names", s => Ask("", "..", "no body", new string('x', 250)), 4 },
        { "invalid name that could be made", s => new MetadataRequest { Topics = [Topic("no body")], AllowAutoTopicCreation = true } },
        { "internal topic", s => Ask("__consumer_offsets"), 4 },
        { "operations", async s =>
            {
                var request = Ask((await TwoAsync(s)).Name);
                request.IncludeTopicAuthorizedOperations = true;
                request.IncludeClusterAuthorizedOperations = s.Version < 11;
                await s.ProbeAsync(request);
            }, 8
        },
        { "by id", async s => await s.ProbeAsync(ById((await TwoAsync(s)).Id)), 12 },
        { "by id too early", async s => await s.ProbeAsync(ById((await TwoAsync(s)).Id)), 10, 11 },
        { "by id and name", async s => await s.ProbeAsync(ById((await TwoAsync(s)).Id, "another")), 12 },
        { "by unknown id", s => ById(Scene.NobodysId), 12 },
        { "by zero id", s => ById(Guid.Empty), 12 },
        { "by null name too early", s => ById(Guid.Empty), 10, 11 },
        { "makes a topic", async s =>
            {
                await s.ProbeAsync(new MetadataRequest { Topics = [Topic(s.Name())], AllowAutoTopicCreation = true });
                await s.TopicAsync(suffix: "wait");
                await AwaitAsync(s, s.Name());
                await s.ProbeAsync(new MetadataRequest { Topics = [Topic(s.Name())], AllowAutoTopicCreation = true });
            }
        },
        { "all topics", s => new MetadataRequest { Topics = s.Version == 0 ? [] : null }, 0, short.MaxValue, true },
    };

    public static CaseList DescribeCluster { get; } = new(ApiKey.DescribeCluster)
    {
        { "plain", s => new DescribeClusterRequest() },
        { "operations", s => new DescribeClusterRequest { IncludeClusterAuthorizedOperations = true } },
        { "controllers", s => new DescribeClusterRequest { EndpointType = 2 }, 1 },
        { "endpoint type seven", s => new DescribeClusterRequest { EndpointType = 7 }, 1 },
        { "fenced ones too", s => new DescribeClusterRequest { IncludeFencedBrokers = true }, 2 },
    };

    public static CaseList DescribeTopicPartitions { get; } = new(ApiKey.DescribeTopicPartitions)
    {
        { "one topic", async s => await s.ProbeAsync(Partitions(2000, (await FiveAsync(s)).Name)) },
        { "two pages", async s =>
            {
                var topic = await FiveAsync(s);
                await s.ProbeAsync(Partitions(3, topic.Name));
                var next = Partitions(3, topic.Name);
                next.Cursor = new DescribeTopicPartitionsRequest.CursorData { TopicName = topic.Name, PartitionIndex = 3 };
                await s.ProbeAsync(next);
            }
        },
        { "limit zero", async s => await s.ProbeAsync(Partitions(0, (await FiveAsync(s)).Name)) },
        { "limit negative", async s => await s.ProbeAsync(Partitions(-1, (await FiveAsync(s)).Name)) },
        { "unknown topic", s => Partitions(2000, "nobody") },
        { "invalid topic", s => Partitions(2000, "no body") },
        { "known and unknown", async s => await s.ProbeAsync(Partitions(2000, (await FiveAsync(s)).Name, "nobody")) },
        { "same topic twice", async s => await s.ProbeAsync(Partitions(2000, (await FiveAsync(s)).Name, (await FiveAsync(s)).Name)) },
        { "cursor behind the end", async s => await s.ProbeAsync(From((await FiveAsync(s)).Name, 9)) },
        { "cursor before the start", async s => await s.ProbeAsync(From((await FiveAsync(s)).Name, -1)) },
        { "cursor at another topic", async s =>
            {
                var request = Partitions(2000, (await FiveAsync(s)).Name);
                request.Cursor = new DescribeTopicPartitionsRequest.CursorData { TopicName = "zzz", PartitionIndex = 0 };
                await s.ProbeAsync(request);
            }
        },
    };

    public static CaseList DescribeLogDirs { get; } = new(ApiKey.DescribeLogDirs)
    {
        { "one topic", async s => await s.ProbeAsync(Directories(((await FilledAsync(s)).Name, [0, 1]))) },
        { "one partition of two", async s => await s.ProbeAsync(Directories(((await FilledAsync(s)).Name, [1]))) },
        { "unknown partition", async s => await s.ProbeAsync(Directories(((await FilledAsync(s)).Name, [5]))) },
        { "unknown topic", s => Directories(("nobody", [0])) },
        { "no partitions", async s => await s.ProbeAsync(Directories(((await FilledAsync(s)).Name, []))) },
        { "no topics", s => Directories() },
    };

    public static CaseList FindCoordinator { get; } = new(ApiKey.FindCoordinator)
    {
        { "key type nine", s => s.Version < 4
            ? new FindCoordinatorRequest { Key = "g", KeyType = 9 }
            : new FindCoordinatorRequest { CoordinatorKeys = ["g"], KeyType = 9 }, 1 },
        { "no keys", s => new FindCoordinatorRequest(), 4 },
        { "group", async s =>
            {
                var group = await s.GroupAsync();
                await s.ProbeAsync(s.Version < 4 ? new FindCoordinatorRequest { Key = group } : new FindCoordinatorRequest { CoordinatorKeys = [group, group + "2"] });
            }
        },
        { "empty group id", async s =>
            {
                await s.GroupAsync();
                await s.ProbeAsync(s.Version < 4 ? new FindCoordinatorRequest() : new FindCoordinatorRequest { CoordinatorKeys = [""] });
            }
        },
        { "share type too early", s => s.Version < 4
            ? new FindCoordinatorRequest { Key = "g", KeyType = 2 }
            : new FindCoordinatorRequest { CoordinatorKeys = ["g"], KeyType = 2 }, 1, 5 },
    };

    private static Task<WireTopic> TwoAsync(Scene s) => s.SharedAsync("metadata", (_, _) => Task.CompletedTask, 2);

    private static Task<WireTopic> FiveAsync(Scene s) => s.SharedAsync("five", (_, _) => Task.CompletedTask, 5);

    private static Task<WireTopic> FilledAsync(Scene s) => s.SharedAsync("sizes", (scene, topic) => scene.FillAsync(topic, Batches.Of(3), Batches.Of(5)), 2);

    private static MetadataRequest.MetadataRequestTopic Topic(string name) => new() { Name = name };

    private static MetadataRequest Ask(params string[] topics) => new() { Topics = [.. topics.Select(Topic)], AllowAutoTopicCreation = false };

    private static MetadataRequest ById(Guid id, string? name = null) =>
        new() { Topics = [new MetadataRequest.MetadataRequestTopic { TopicId = id, Name = name }], AllowAutoTopicCreation = false };

    private static async Task AwaitAsync(Scene s, string name)
    {
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        while (true)
        {
            var answer = await s.PrepareAsync<MetadataResponse>(Ask(name), 10);
            if (answer.Topics[0].ErrorCode == ErrorCode.None)
            {
                s.Side.Learn(new WireTopic(name, answer.Topics[0].TopicId));
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, timeout.Token);
        }
    }

    private static DescribeTopicPartitionsRequest Partitions(int limit, params string[] topics) => new()
    {
        ResponsePartitionLimit = limit,
        Topics = [.. topics.Select(name => new DescribeTopicPartitionsRequest.TopicRequest { Name = name })],
    };

    private static DescribeTopicPartitionsRequest From(string topic, int partition)
    {
        var request = Partitions(2000, topic);
        request.Cursor = new DescribeTopicPartitionsRequest.CursorData { TopicName = topic, PartitionIndex = partition };
        return request;
    }

    private static DescribeLogDirsRequest Directories(params (string Topic, int[] Partitions)[] topics) => new()
    {
        Topics = [.. topics.Select(topic => new DescribeLogDirsRequest.DescribableLogDirTopic { Topic = topic.Topic, Partitions = [.. topic.Partitions] })],
    };
}
