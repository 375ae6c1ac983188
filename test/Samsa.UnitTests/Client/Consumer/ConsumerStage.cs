using System.Collections.Concurrent;
using Samsa.Client.Consumer;
using Samsa.Client.Serialization;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Samsa.UnitTests.Client.Scripted;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>
/// A scripted cluster of two brokers with partitions to read, as a consumer sees it: metadata, offsets, epochs, fetches with sessions.
/// A fetch that finds nothing is held back until something changes, for 20 ms at most.
/// </summary>
internal sealed class ConsumerStage
{
    public const string Topic = "orders";

    private static readonly TimeSpan HoldBack = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, StageSession> _sessions = [];
    private int _lastSession;

    public ConsumerStage(int partitions = 1)
    {
        for (var i = 0; i < partitions; i++)
        {
            Partitions.Add(new StagePartition(Topic, i));
        }

        Cluster.On(ApiKey.Metadata, _ => Metadata());
        Cluster.On(ApiKey.ListOffsets, ListOffsets);
        Cluster.On(ApiKey.OffsetForLeaderEpoch, OffsetForLeaderEpoch);
        Cluster.OnAsync(ApiKey.Fetch, FetchAsync);
    }

    public ScriptedCluster Cluster { get; } = new();

    public List<StagePartition> Partitions { get; } = [];

    public StagePartition First => Partitions[0];

    /// <summary>The topic's id; empty for a broker that has none.</summary>
    public Guid TopicId { get; set; } = Guid.Parse("aaaaaaaa-0000-0000-0000-000000000001");

    /// <summary>What a fetch as a whole is answered with, in order.</summary>
    public ConcurrentQueue<ErrorCode> FetchErrors { get; } = new();

    /// <summary>Brokers that hold every fetch back for ever.</summary>
    public ConcurrentDictionary<int, bool> Stuck { get; } = new();

    public bool WithSessions { get; set; } = true;

    public ConsumerOptions Options { get; } = new()
    {
        BootstrapServers = "broker-1:9092",
        AutoOffsetReset = AutoOffsetReset.Earliest,
        RetryBackoff = TimeSpan.FromMilliseconds(1),
        RetryBackoffMax = TimeSpan.FromMilliseconds(4),
        ReconnectBackoff = TimeSpan.FromMilliseconds(1),
        ReconnectBackoffMax = TimeSpan.FromMilliseconds(1),
    };

    /// <summary>The sessions that nobody closed.</summary>
    public int OpenSessions
    {
        get
        {
            lock (_gate)
            {
                return _sessions.Count;
            }
        }
    }

    public IEnumerable<FetchRequest> Fetches => Cluster.Requests<FetchRequest>();

    public KafkaConsumer Raw() => new(Options, Cluster);

    public KafkaConsumer<string, string> Typed(DeserializationFailureHandler? onFailure = null) =>
        new(Options, Deserializers.Utf8, Deserializers.Utf8, onFailure, Cluster);

    private static int NodeOf(ScriptedRequest request) => request.Broker.Host == "broker-2" ? 2 : 1;

    private StagePartition? Find(string? topic, Guid id, int partition) =>
        topic == Topic || (id != Guid.Empty && id == TopicId) ? Partitions.Find(p => p.Id.Partition == partition) : null;

    private MetadataResponse Metadata() => new()
    {
        Brokers = [new() { NodeId = 1, Host = "broker-1", Port = 9092 }, new() { NodeId = 2, Host = "broker-2", Port = 9092 }],
        ControllerId = 1,
        Topics =
        [
            new()
            {
                Name = Topic,
                TopicId = TopicId,
                Partitions = [.. Partitions.Select(p => new MetadataResponse.MetadataResponsePartition
                {
                    PartitionIndex = p.Id.Partition,
                    LeaderId = p.ToldLeader?.Leader ?? p.Leader,
                    LeaderEpoch = p.ToldLeader?.Epoch ?? p.Epoch,
                })],
            },
        ],
    };

    private ListOffsetsResponse ListOffsets(ScriptedRequest request) => new()
    {
        Topics = [.. ((ListOffsetsRequest)request.Message).Topics.Select(t => new ListOffsetsResponse.ListOffsetsTopicResponse
        {
            Name = t.Name,
            Partitions = [.. t.Partitions.Select(p =>
            {
                var partition = Find(t.Name, default, p.PartitionIndex)!;
                var found = p.Timestamp switch
                {
                    -1 => partition.End,
                    -2 => partition.LogStart,
                    _ when p.Timestamp - Batches.Timestamp >= partition.End => -1,
                    _ => Math.Max(partition.LogStart, p.Timestamp - Batches.Timestamp),
                };
                return new ListOffsetsResponse.ListOffsetsPartitionResponse
                {
                    PartitionIndex = p.PartitionIndex,
                    ErrorCode = partition.Leader == NodeOf(request) ? ErrorCode.None : ErrorCode.NotLeaderOrFollower,
                    Offset = found,
                    Timestamp = p.Timestamp < 0 || found < 0 ? -1 : Batches.Timestamp + found,
                    LeaderEpoch = request.Version >= 4 ? partition.Epoch : -1,
                };
            })],
        })],
    };

    private OffsetForLeaderEpochResponse OffsetForLeaderEpoch(ScriptedRequest request) => new()
    {
        Topics = [.. ((OffsetForLeaderEpochRequest)request.Message).Topics.Select(t => new OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult
        {
            Topic = t.Topic,
            Partitions = [.. t.Partitions.Select(p =>
            {
                var partition = Find(t.Topic, default, p.Partition)!;
                var end = partition.EpochEnd ?? (p.LeaderEpoch, partition.End);
                return new OffsetForLeaderEpochResponse.EpochEndOffset { Partition = p.Partition, LeaderEpoch = end.Item1, EndOffset = end.Item2 };
            })],
        })],
    };

    private async Task<IMessage?> FetchAsync(ScriptedRequest request)
    {
        var node = NodeOf(request);
        if (Stuck.ContainsKey(node))
        {
            await new TaskCompletionSource().Task;
        }

        if (FetchErrors.TryDequeue(out var error))
        {
            return new FetchResponse { ErrorCode = error };
        }

        var message = (FetchRequest)request.Message;
        var answer = new FetchResponse();
        StageSession? session;
        lock (_gate)
        {
            if (!Open(message, request.Version, answer, out session))
            {
                return answer;
            }
        }

        Fill(session, request, answer);
        if (answer.Responses.Count == 0)
        {
            await Task.Delay(HoldBack, TimeProvider.System);
            Fill(session, request, answer);
        }

        return answer;
    }

    private bool Open(FetchRequest message, short version, FetchResponse answer, out StageSession session)
    {
        session = new StageSession();
        if (version >= 7 && message.SessionEpoch > 0)
        {
            if (!_sessions.TryGetValue(message.SessionId, out var known) || known.Epoch != message.SessionEpoch)
            {
                answer.ErrorCode = known is null ? ErrorCode.FetchSessionIdNotFound : ErrorCode.InvalidFetchSessionEpoch;
                return false;
            }

            session = known;
        }
        else if (version >= 7 && WithSessions)
        {
            _sessions.Remove(message.SessionId);
            if (message.SessionEpoch < 0)
            {
                return false;
            }

            session.Id = ++_lastSession;
            _sessions.Add(session.Id, session);
        }

        session.Epoch++;
        answer.SessionId = session.Id;
        foreach (var topic in message.ForgottenTopicsData)
        {
            foreach (var partition in topic.Partitions)
            {
                session.Asked.Remove(partition);
            }
        }

        foreach (var topic in message.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                session.Asked[partition.Partition] = (topic.Topic, topic.TopicId, partition.FetchOffset);
            }
        }

        return true;
    }

    private void Fill(StageSession session, ScriptedRequest request, FetchResponse answer)
    {
        foreach (var (number, asked) in session.Asked)
        {
            var data = Answer(Find(asked.Topic, asked.Id, number), asked.Offset, NodeOf(request));
            if (data is null)
            {
                continue;
            }

            data.PartitionIndex = number;
            if (data.CurrentLeader.LeaderId >= 0)
            {
                var leader = data.CurrentLeader.LeaderId;
                answer.NodeEndpoints.Add(new FetchResponse.NodeEndpoint { NodeId = leader, Host = $"broker-{leader}", Port = 9092 });
            }

            var topic = answer.Responses.Find(t => t.Topic == asked.Topic && t.TopicId == asked.Id);
            if (topic is null)
            {
                answer.Responses.Add(topic = new FetchResponse.FetchableTopicResponse { Topic = asked.Topic, TopicId = asked.Id });
            }

            topic.Partitions.Add(data);
        }
    }

    private static FetchResponse.PartitionData? Answer(StagePartition? partition, long offset, int node)
    {
        if (partition is null)
        {
            return new FetchResponse.PartitionData { ErrorCode = ErrorCode.UnknownTopicId, Records = RecordSlice.Empty };
        }

        lock (partition)
        {
            if (partition.Errors.TryDequeue(out var error))
            {
                return new FetchResponse.PartitionData { ErrorCode = error, Records = RecordSlice.Empty };
            }
        }

        if (partition.PreferredReplica >= 0 && partition.PreferredReplica != node)
        {
            return new FetchResponse.PartitionData { PreferredReadReplica = partition.PreferredReplica, Records = RecordSlice.Empty };
        }

        if (partition.Leader != node && partition.PreferredReplica != node)
        {
            var refusal = new FetchResponse.PartitionData { ErrorCode = ErrorCode.NotLeaderOrFollower, Records = RecordSlice.Empty };
            if (partition.NamesLeader)
            {
                refusal.CurrentLeader = new FetchResponse.LeaderIdAndEpoch { LeaderId = partition.Leader, LeaderEpoch = partition.Epoch };
            }

            return refusal;
        }

        if (offset < partition.LogStart || offset > partition.End)
        {
            return new FetchResponse.PartitionData { ErrorCode = ErrorCode.OffsetOutOfRange, Records = RecordSlice.Empty };
        }

        return !partition.HasData(offset) ? null : new FetchResponse.PartitionData
        {
            HighWatermark = partition.End,
            LastStableOffset = partition.LastStableOffset ?? partition.End,
            LogStartOffset = partition.LogStart,
            AbortedTransactions = partition.Aborted,
            Records = new RecordSlice(partition.Read(offset)),
        };
    }

    private sealed class StageSession
    {
        public int Id { get; set; }

        public int Epoch { get; set; }

        public Dictionary<int, (string Topic, Guid Id, long Offset)> Asked { get; } = [];
    }
}
