using Samsa.Fuzz.Engine;
using Samsa.Fuzz.Files;
using Samsa.Fuzz.Records;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// Every request of every served version, through the connection, the parser and the handlers of a whole broker.
/// Promises: no handler fails, every answer belongs to its request and can be decoded in its version, nothing is logged as an
/// error, a topic that nobody names keeps its records, and the broker starts again on what it wrote.
/// </summary>
public sealed class RequestTarget : IFuzzTarget
{
    private static readonly Lazy<RamFileSystem> Template = new(MakeTemplate);

    private readonly List<byte[]> _history = [];
    private FuzzBroker? _broker;
    private byte[] _witness = [];

    public string Name => "requests";

    private FuzzBroker Broker => _broker ?? throw new InvalidOperationException("Reset comes first.");

    public IEnumerable<byte[]> Seeds(Random random)
    {
        Reset();
        var mutator = new RequestMutator(random, [.. Broker.Apis.Entries]);
        foreach (var api in Broker.Apis.Entries)
        {
            for (var version = api.MinVersion; version <= api.MaxVersion; version++)
            {
                var served = version;
                yield return RequestInput.Join([RequestInput.Join([mutator.Frame(api, served)])]);
                yield return RequestInput.Join([RequestInput.Join([mutator.Frame(api, served), mutator.Frame()])]);
            }
        }

        foreach (var frame in GoldenFrames.Requests())
        {
            yield return RequestInput.Join([RequestInput.Join([frame])]);
        }
    }

    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        var mutator = new RequestMutator(random, [.. Broker.Apis.Entries]);
        var mine = RequestInput.Connections(input);
        var others = RequestInput.Connections(other);
        if (mine.Count == 0)
        {
            mine.Add([]);
        }

        var at = random.Next(mine.Count);
        mine[at] = mutator.Connection(mine[at], others.Count == 0 ? [] : others[random.Next(others.Count)]);
        if (random.Next(20) == 0)
        {
            mine.AddRange(others);
        }

        return RequestInput.Join(mine.Take(4));
    }

    public void Execute(byte[] input, Behaviour seen)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(seen);
        _history.Add(input);
        foreach (var stream in RequestInput.Connections(input))
        {
            // The broker stamps offsets into the frames that it received.
            var sent = Broker.Converse(stream.ToArray());
            Broker.CheckLog();
            AnswerCheck.Check(stream, sent, Broker.Apis, seen);
        }

        if (!Broker.IsOnline)
        {
            throw new FindingException("offline", "The log directory went offline");
        }

        if (!FetchWitness(Broker).AsSpan().SequenceEqual(_witness))
        {
            throw new FindingException("witness", "A topic that no request named has changed");
        }
    }

    /// <summary>Earlier inputs may have made ten thousand partitions, which one request may list or make.</summary>
    public long AllocationBound(byte[] input) => (192L << 20) + (200L * input.Length);

    public void Reset()
    {
        Stop(check: true);
        _broker = FuzzBroker.Start(Template.Value.Copy(), new ErrorLog());
        _witness = FetchWitness(_broker);
    }

    /// <summary>The disk of a broker that has records in every topic and stopped cleanly.</summary>
    internal static RamFileSystem WrittenDisk() => Template.Value.Copy();

    public byte[] History() => [.. _history.SelectMany(input => input)];

    public void Dispose() => Stop(check: false);

    /// <summary>The answer to a fetch of the witness.</summary>
    private static byte[] FetchWitness(FuzzBroker broker) => broker.Converse(Frame(ApiKey.Fetch, 11, new FetchRequest
    {
        Topics = [new FetchRequest.FetchTopic { Topic = FuzzTopics.Witness, Partitions = [new FetchRequest.FetchPartition { PartitionMaxBytes = 1 << 20 }] }],
    }));

    private static byte[] Frame(ApiKey key, short version, IMessage body)
    {
        using var writer = new WireWriter();
        var length = writer.ReserveInt32();
        new RequestHeader { RequestApiKey = (short)key, RequestApiVersion = version, ClientId = "witness" }
            .Write(writer, MessageRegistry.RequestHeaderVersion(key, version));
        body.Write(writer, version);
        writer.PatchInt32(length, writer.Position - sizeof(int));
        return writer.ToArray();
    }

    private static RamFileSystem MakeTemplate()
    {
        var files = FuzzBroker.EmptyDisk();
        using var broker = FuzzBroker.Start(files, new ErrorLog());
        var forge = new BatchForge(new Random(1));
        for (var i = 0; i < 60; i++)
        {
            foreach (var topic in FuzzTopics.Names)
            {
                broker.Converse(Frame(ApiKey.Produce, 9, new ProduceRequest
                {
                    Acks = -1,
                    TopicData = [new ProduceRequest.TopicProduceData { Name = topic, PartitionData = [new ProduceRequest.PartitionProduceData { Records = new RecordSlice(forge.Batch()) }] }],
                }));
            }
        }

        broker.CheckLog();
        broker.Stop();
        return files;
    }

    // What a run of inputs wrote must be what a new broker finds.
    private void Stop(bool check)
    {
        if (_broker is not { } broker)
        {
            return;
        }

        _broker = null;
        var used = _history.Count > 0;
        _history.Clear();
        broker.Settle();
        var before = Ends(broker);
        var wasOnline = broker.IsOnline;
        broker.Dispose();
        if (check && wasOnline && used)
        {
            using var again = FuzzBroker.Start(broker.Files, broker.Log);
            again.CheckLog();
            var after = Ends(again);
            if (!before.Order(StringComparer.Ordinal).SequenceEqual(after.Order(StringComparer.Ordinal)))
            {
                throw new FindingException(
                    "restart", $"Before the restart: {string.Join(' ', before.Except(after).Take(5))}; after it: {string.Join(' ', after.Except(before).Take(5))}");
            }
        }
    }

    private static List<string> Ends(FuzzBroker broker)
    {
        var ends = new List<string>();
        foreach (var topic in broker.Replicas.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                ends.Add($"{topic.Name}-{partition?.TopicPartition.Partition} {partition?.Log.LogStartOffset}..{partition?.Log.LogEndOffset}");
            }
        }

        return ends;
    }
}
