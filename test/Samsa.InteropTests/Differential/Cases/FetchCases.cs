using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>Fetch: what is read, limits, sessions, mistakes.</summary>
internal static class FetchCases
{
    public static CaseList List { get; } = Make();

    private static Task<WireTopic> PlainAsync(Scene s) =>
        s.SharedAsync("fetch-plain", (scene, topic) => scene.FillAsync(topic, Batches.Of(2), Batches.Of(3, time: Batches.Time + 100), Batches.Of(1)), 2);

    private static Task<WireTopic> CodecAsync(Scene s, CompressionType codec) =>
        s.SharedAsync($"fetch-{codec}", (scene, topic) => scene.FillAsync(topic, Batches.Of(3, codec), Batches.Of(2, codec)));

    private static async Task<WireTopic> TrimmedAsync(Scene s) => await s.SharedAsync("fetch-trimmed", async (scene, topic) =>
    {
        await scene.FillAsync(topic, Batches.Of(2), Batches.Of(2));
        await scene.PrepareAsync<DeleteRecordsResponse>(DataCases.Delete(topic.Name, 0, 2), 1);
    });

    private static CaseList Make()
    {
        var list = new CaseList(ApiKey.Fetch)
        {
            { "from the start", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0)) },
            { "inside a batch", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 3)) },
            { "at the end", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 6)) },
            { "beyond the end", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 7)) },
            { "far beyond the end", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), long.MaxValue)) },
            { "negative offset", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), -1)) },
            { "very negative offset", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), long.MinValue)) },
            { "empty partition", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, partition: 1)) },
            { "unknown partition", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, partition: 9)) },
            { "negative partition", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, partition: -1)) },
            { "unknown topic", s => s.Fetch(new WireTopic("nobody", Scene.NobodysId), 0) },
            { "invalid topic", s => s.Fetch(new WireTopic("no body", Scene.NobodysId), 0), 0, 12 },
            { "empty name or zero id", s => s.Fetch(new WireTopic("", Guid.Empty), 0) },
            { "below the log start", async s => await s.ProbeAsync(s.Fetch(await TrimmedAsync(s), 1)) },
            { "at the log start", async s => await s.ProbeAsync(s.Fetch(await TrimmedAsync(s), 2)) },
            { "no topics", s => new FetchRequest { MaxWaitMs = 0 } },
            { "no partitions", async s =>
                {
                    var request = s.Fetch(await PlainAsync(s), 0);
                    request.Topics[0].Partitions.Clear();
                    await s.ProbeAsync(request);
                }
            },
            { "two partitions and one unknown", async s =>
                {
                    var topic = await PlainAsync(s);
                    var request = s.Fetch(topic, 0);
                    request.Topics[0].Partitions.Add(s.Fetch(topic, 0, partition: 1).Topics[0].Partitions[0]);
                    request.Topics[0].Partitions.Add(s.Fetch(topic, 0, partition: 2).Topics[0].Partitions[0]);
                    await s.ProbeAsync(request);
                }
            },
            { "one good and one unknown topic", async s =>
                {
                    var request = s.Fetch(await PlainAsync(s), 0);
                    request.Topics.Add(s.Fetch(new WireTopic("nobody", Scene.NobodysId), 0).Topics[0]);
                    await s.ProbeAsync(request);
                }
            },
            { "same partition twice", async s =>
                {
                    var topic = await PlainAsync(s);
                    var request = s.Fetch(topic, 0);
                    request.Topics[0].Partitions.Add(s.Fetch(topic, 2).Topics[0].Partitions[0]);
                    await s.ProbeAsync(request);
                }
            },
            { "partition limit of one byte", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.Topics[0].Partitions[0].PartitionMaxBytes = 1)) },
            { "partition limit of zero", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.Topics[0].Partitions[0].PartitionMaxBytes = 0)) },
            { "partition limit of one batch", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.Topics[0].Partitions[0].PartitionMaxBytes = 100)) },
            { "partition limit below the first batch", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.Topics[0].Partitions[0].PartitionMaxBytes = 50)) },
            { "answer limit within the second partition", async s =>
                {
                    var topic = await s.SharedAsync("fetch-two", async (scene, filled) =>
                    {
                        await scene.FillAsync(filled, Batches.Of(2));
                        var second = Requests.Produce(9, filled, -1, null, (1, Batches.Of(2)));
                        await scene.PrepareAsync<ProduceResponse>(second, 9);
                    }, 2);
                    var request = s.Fetch(topic, 0, r => (r.MaxBytes, r.IsolationLevel) = (130, (sbyte)(s.Version >= 4 ? 1 : 0)));
                    request.Topics[0].Partitions.Add(s.Fetch(topic, 0, partition: 1).Topics[0].Partitions[0]);
                    await s.ProbeAsync(request);
                }, 3
            },
            { "answer limit of zero", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.MaxBytes = 0)), 3 },
            { "answer limit of one batch", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.MaxBytes = 100)), 3 },
            { "answer limit negative", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.MaxBytes = -1)), 3 },
            { "read committed", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.IsolationLevel = 1)), 4 },
            { "isolation level seven", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.IsolationLevel = 7)), 4 },
            { "leader epoch right", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.Topics[0].Partitions[0].CurrentLeaderEpoch = 0)), 9 },
            { "leader epoch too high", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.Topics[0].Partitions[0].CurrentLeaderEpoch = 5)), 9 },
            { "last fetched epoch right", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 2, r => r.Topics[0].Partitions[0].LastFetchedEpoch = 0)), 12 },
            { "last fetched epoch too high", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 2, r => r.Topics[0].Partitions[0].LastFetchedEpoch = 3)), 12 },
            { "replica that is none", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => (r.ReplicaId, r.ReplicaState.ReplicaId) = Replica(s, 55))) },
            { "debugging consumer", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => (r.ReplicaId, r.ReplicaState.ReplicaId) = Replica(s, -2))) },
            { "rack", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => r.RackId = "here")), 11 },
            { "minimum is there", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => (r.MinBytes, r.MaxWaitMs) = (50, 20000))) },
            { "waiting for nothing", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 6, r => (r.MinBytes, r.MaxWaitMs) = (1, 20))) },
            { "an error does not wait", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 99, r => (r.MinBytes, r.MaxWaitMs) = (1, 20000))) },
            { "session", SessionAsync, 7 },
            { "session that nobody made", async s => await s.ProbeAsync(s.Fetch(await PlainAsync(s), 0, r => (r.SessionId, r.SessionEpoch) = (4711, 1))), 7 },
            { "session epoch wrong", async s => await WithSessionAsync(s, (r, id) => (r.SessionId, r.SessionEpoch) = (id, 7)), 7 },
            { "session is closed", async s => await WithSessionAsync(s, (r, id) => (r.SessionId, r.SessionEpoch) = (id, -1)), 7 },
            { "session is begun again", async s => await WithSessionAsync(s, (r, id) => (r.SessionId, r.SessionEpoch) = (id, 0)), 7 },
            { "session forgets a partition", async s => await WithSessionAsync(s, (r, id) =>
                {
                    (r.SessionId, r.SessionEpoch) = (id, 1);
                    var topic = r.Topics[0];
                    r.ForgottenTopicsData = [new FetchRequest.ForgottenTopic { Topic = topic.Topic, TopicId = topic.TopicId, Partitions = [0] }];
                    r.Topics.Clear();
                }), 7 },
            { "session with an unknown topic", s => s.Fetch(new WireTopic("nobody", Scene.NobodysId), 0, r => r.SessionEpoch = 0), 7 },
            { "session with nothing", s => new FetchRequest { MaxWaitMs = 0, SessionEpoch = 0 }, 7 },
        };

        foreach (var codec in new[] { CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd })
            list.Add($"codec {codec}".ToLowerInvariant(), async s => await s.ProbeAsync(s.Fetch(await CodecAsync(s, codec), 4)));
        return list;
    }

    private static (int Old, int New) Replica(Scene s, int id) => s.Version < 15 ? (id, -1) : (-1, id);

    private static async Task SessionAsync(Scene s)
    {
        var topic = await s.TopicAsync(2);
        await s.FillAsync(topic, Batches.Of(2));
        var first = s.Fetch(topic, 0, r => r.SessionEpoch = 0);
        first.Topics[0].Partitions.Add(s.Fetch(topic, 0, partition: 1).Topics[0].Partitions[0]);
        await s.ProbeAsync(first);
        var id = await BeginAsync(s, topic);
        await s.ProbeAsync(new FetchRequest { SessionId = id, SessionEpoch = 1 });
        await s.ProbeAsync(s.Fetch(topic, 2, r => (r.SessionId, r.SessionEpoch) = (id, 2)));
        await s.FillAsync(topic, Batches.Of(1));
        await s.ProbeAsync(new FetchRequest { SessionId = id, SessionEpoch = 3 });
        await s.ProbeAsync(s.Fetch(topic, 0, r => (r.SessionId, r.SessionEpoch) = (id, 4), partition: 7));
        await s.ProbeAsync(new FetchRequest { SessionId = id, SessionEpoch = 5 });
    }

    private static async Task WithSessionAsync(Scene s, Action<FetchRequest, int> change)
    {
        var topic = await PlainAsync(s);
        var id = await BeginAsync(s, topic);
        await s.ProbeAsync(s.Fetch(topic, 2, request => change(request, id)));
        await s.ProbeAsync(new FetchRequest { SessionId = id, SessionEpoch = 2 });
    }

    // Session ids are random; the first answer is prepared so that its id can be used.
    private static async Task<int> BeginAsync(Scene s, WireTopic topic) =>
        (await s.PrepareAsync<FetchResponse>(s.Fetch(topic, 0, r => r.SessionEpoch = 0), s.Version)).SessionId;
}
