using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Samsa.UnitTests.Protocol.Schemas;
using Xunit;

namespace Samsa.UnitTests.Protocol;

/// <summary>
/// Frames recorded between real clients (kcat 1.7.1, kafka-python 2.0.2, kafkajs 2.2.4, the Java tools of Kafka 3.9.2 and 4.3.1) and real brokers
/// (3.9.2 in ZooKeeper mode, 4.3.1 in KRaft mode), between those brokers too. Each line of a file under Golden is
/// <c>api-key version request|response hex</c>; the hex is the frame without its length.
/// </summary>
public sealed class GoldenBytesTests
{
    public static TheoryData<string> Files()
    {
        var files = new TheoryData<string>();
        foreach (var path in Directory.EnumerateFiles(Folder, "*.txt"))
        {
            files.Add(Path.GetFileName(path));
        }

        return files;
    }

    private static string Folder => Path.Combine(SchemaCatalog.RepositoryRoot, "test", "Samsa.UnitTests", "Protocol", "Golden");

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_recorded_frame_is_read_whole_and_written_back_to_the_same_bytes(string file)
    {
        var frames = Load(file);
        Assert.NotEmpty(frames);
        foreach (var frame in frames)
        {
            var (header, body) = Decode(frame);
            using var writer = new WireWriter();
            header.Write(writer, frame.HeaderVersion);
            body.Write(writer, frame.Version);
            Assert.True(frame.Bytes.AsSpan().SequenceEqual(writer.ToArray()),
                $"{file}: {frame.Key} version {frame.Version} {(frame.IsRequest ? "request" : "response")}\n{Convert.ToHexString(frame.Bytes)} became\n{Convert.ToHexString(writer.ToArray())}");
        }
    }

    [Fact]
    public void The_recorded_frames_cover_what_clients_and_brokers_say_to_each_other()
    {
        var seen = new HashSet<(ApiKey, bool)>();
        foreach (var path in Directory.EnumerateFiles(Folder, "*.txt"))
        {
            foreach (var frame in Load(Path.GetFileName(path)))
            {
                seen.Add((frame.Key, frame.IsRequest));
            }
        }

        ApiKey[] expected =
        [
            ApiKey.Produce, ApiKey.Fetch, ApiKey.ListOffsets, ApiKey.Metadata, ApiKey.LeaderAndIsr, ApiKey.StopReplica, ApiKey.UpdateMetadata,
            ApiKey.OffsetCommit, ApiKey.OffsetFetch, ApiKey.FindCoordinator, ApiKey.JoinGroup, ApiKey.Heartbeat, ApiKey.LeaveGroup,
            ApiKey.SyncGroup, ApiKey.DescribeGroups, ApiKey.ListGroups, ApiKey.ApiVersions, ApiKey.CreateTopics, ApiKey.DeleteTopics,
            ApiKey.InitProducerId, ApiKey.AddPartitionsToTxn, ApiKey.EndTxn, ApiKey.DescribeConfigs, ApiKey.IncrementalAlterConfigs,
        ];
        foreach (var key in expected)
        {
            Assert.Contains((key, true), seen);
            Assert.Contains((key, false), seen);
        }
    }

    [Fact]
    public void Recorded_requests_say_what_the_clients_were_asked_to_do()
    {
        var produce = All<ProduceRequest>("kafka-4.3-kraft.txt", 7).Find(request => request.TopicData[0].Name == "golden-topic")!;
        Assert.Equal((-1, 30_000), (produce.Acks, produce.TimeoutMs));
        Assert.Null(produce.TransactionalId);
        var records = Assert.Single(produce.TopicData[0].PartitionData).Records;
        Assert.Equal(2, records.Memory.Span[16]);
        Assert.Equal(records.Length - 12, new WireReader(records.Memory[8..]).ReadInt32());

        var join = All<ConsumerGroupHeartbeatRequest>("kafka-4.3-kraft.txt", 1).Find(request => request.MemberEpoch == 0)!;
        Assert.Equal("golden-new", join.GroupId);
        Assert.Equal(["golden-java"], join.SubscribedTopicNames!);
        Assert.Contains(All<AddPartitionsToTxnRequest>("kafka-3.9-zookeeper.txt", 0), request =>
            request.V3AndBelowTransactionalId == "golden-tx" && request.V3AndBelowTopics[0].Name == "golden-kcat");

        var created = All<CreateTopicsRequest>("kafka-4.3-kraft.txt", 3)[0].Topics[0];
        Assert.Equal(("golden-topic", 2, (short)1), (created.Name, created.NumPartitions, created.ReplicationFactor));
        Assert.Equal(("retention.ms", "3600000"), (created.Configs[0].Name, created.Configs[0].Value));
    }

    [Fact]
    public void Recorded_requests_of_the_ZooKeeper_mode_controller_name_leaders_replicas_and_brokers()
    {
        var leader = All<LeaderAndIsrRequest>("kafka-3.9-zookeeper.txt", 7).Find(request => request.TopicStates.Exists(topic => topic.TopicName == "golden-repl"))!;
        Assert.Contains(leader.LiveLeaders, broker => broker.HostName == "127.0.0.1" && broker.Port is 29191 or 29194);
        foreach (var partition in leader.TopicStates.Find(topic => topic.TopicName == "golden-repl")!.PartitionStates)
        {
            Assert.Equal([0, 1], partition.Replicas.Order());
            Assert.Equal([0, 1], partition.Isr.Order());
            Assert.Contains(partition.Leader, new[] { 0, 1 });
            Assert.True(partition.IsNew);
        }

        var update = All<UpdateMetadataRequest>("kafka-3.9-zookeeper.txt", 8).Find(request => request.LiveBrokers.Count == 2)!;
        Assert.Equal([29191, 29194], update.LiveBrokers.ConvertAll(broker => broker.Endpoints[0].Port).Order());
        Assert.Contains(All<StopReplicaRequest>("kafka-3.9-zookeeper.txt", 4), request =>
            request.TopicStates.Exists(topic => topic.PartitionStates.Exists(partition => partition.DeletePartition)));
    }

    private static List<T> All<T>(string file, short version) where T : IMessage
    {
        var result = new List<T>();
        foreach (var frame in Load(file))
        {
            if (frame.Version == version && frame.IsRequest && Decode(frame).Body is T message)
            {
                result.Add(message);
            }
        }

        return result;
    }

    private static (IMessage Header, IMessage Body) Decode(Frame frame)
    {
        var descriptor = (frame.IsRequest ? MessageRegistry.Request(frame.Key) : MessageRegistry.Response(frame.Key))!;
        IMessage header = frame.IsRequest ? new RequestHeader() : new ResponseHeader();
        var body = descriptor.Create();
        var reader = new WireReader(frame.Bytes);
        header.Read(ref reader, frame.HeaderVersion);
        body.Read(ref reader, frame.Version);
        Assert.Equal(0, reader.Remaining);
        return (header, body);
    }

    private static List<Frame> Load(string file)
    {
        var frames = new List<Frame>();
        foreach (var line in File.ReadAllLines(Path.Combine(Folder, file)))
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var parts = line.Split(' ');
            frames.Add(new Frame(
                (ApiKey)short.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture),
                short.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture),
                parts[2] == "request",
                Convert.FromHexString(parts[3])));
        }

        return frames;
    }

    private sealed record Frame(ApiKey Key, short Version, bool IsRequest, byte[] Bytes)
    {
        public short HeaderVersion => IsRequest
            ? MessageRegistry.RequestHeaderVersion(Key, Version)
            : MessageRegistry.ResponseHeaderVersion(Key, Version);
    }
}
