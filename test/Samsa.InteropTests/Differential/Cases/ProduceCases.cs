using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>Produce: what is stored, and why it is refused.</summary>
internal static class ProduceCases
{
    /// <summary>Near enough to fail before a check of the time by a day.</summary>
    private const long Day = 24L * 60 * 60 * 1000;

    public static CaseList List { get; } = Make();

    private static CaseList Make()
    {
        var list = new CaseList(ApiKey.Produce)
        {
            { "one batch and the next", async s =>
                {
                    var topic = await s.TopicAsync();
                    await s.ProbeAsync(s.Produce(topic, Batches.Of(2)));
                    await s.ProbeAsync(s.Produce(topic, Batches.Of(3)));
                    await s.ReadBackAsync(topic);
                }
            },
            { "acks one", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(), Batches.Of(2), acks: 1)) },
            { "acks none has no answer", async s =>
                {
                    var topic = await s.TopicAsync();
                    await s.PostAsync(s.Produce(topic, Batches.Of(2), acks: 0));
                    await s.ProbeAsync(s.Produce(topic, Batches.Of(1)));
                }
            },
            { "acks none to an unknown topic", s => s.Produce(new WireTopic("nobody", Scene.NobodysId), Batches.Of(), acks: 0) },
            { "acks two", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(), Batches.Of(), acks: 2)) },
            { "acks minus two", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(), Batches.Of(), acks: -2)) },
            { "unknown topic", s => s.Produce(new WireTopic("nobody", Scene.NobodysId), Batches.Of()) },
            { "invalid topic name", s => s.Produce(new WireTopic("no body", Scene.NobodysId), Batches.Of()), 0, 12 },
            { "empty topic name or zero id", s => s.Produce(new WireTopic("", Guid.Empty), Batches.Of()) },
            { "unknown partition", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(), Batches.Of(), partition: 99)) },
            { "negative partition", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(), Batches.Of(), partition: -1)) },
            { "no topics", s => new ProduceRequest { Acks = -1, TimeoutMs = 60_000 } },
            { "no topics and wrong acks", s => new ProduceRequest { Acks = 7, TimeoutMs = 60_000 } },
            { "no partitions", async s => await s.ProbeAsync(Requests.Produce(s.Version, await s.TopicAsync(), -1, null)) },
            { "two partitions one wrong", async s => await s.ProbeAsync(
                Requests.Produce(s.Version, await s.TopicAsync(2), -1, null, (0, Batches.Of()), (1, Batches.Of(3)), (2, Batches.Of()))) },
            { "negative timeout", async s =>
                {
                    var request = s.Produce(await s.TopicAsync(), Batches.Of());
                    request.TimeoutMs = -5;
                    await s.ProbeAsync(request);
                }
            },
            { "too large", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(configs: ["max.message.bytes=500"]), Batches.Of(2, valueSize: 300))) },
            { "larger than a segment", async s => await s.ProbeAsync(
                s.Produce(await s.TopicAsync(configs: ["segment.bytes=1048576", "max.message.bytes=3000000"]), Batches.Of(2, valueSize: 700000))) },
            { "no key on a compacted topic", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(configs: ["cleanup.policy=compact"]), Batches.Single(null, "v"))) },
            { "no key in gzip on a compacted topic", async s => await s.ProbeAsync(
                s.Produce(await s.TopicAsync(configs: ["cleanup.policy=compact"]), Batches.Single(null, "v", codec: CompressionType.Gzip))) },
            { "tombstone on a compacted topic", async s =>
                {
                    var topic = await s.TopicAsync(configs: ["cleanup.policy=compact"]);
                    await s.ProbeAsync(s.Produce(topic, Batches.Single("k", null)));
                    await s.ReadBackAsync(topic);
                }
            },
            { "no key and no value", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(), Batches.Single(null, null))) },
            { "timestamp in the future", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(), Batches.Of(2, time: Batches.Time + Day))) },
            { "timestamp in the past", async s => await s.ProbeAsync(
                s.Produce(await s.TopicAsync(configs: ["message.timestamp.before.max.ms=1000"]), Batches.Of(3, time: Batches.Time - Day))) },
            { "timestamp in the past in gzip", async s => await s.ProbeAsync(
                s.Produce(await s.TopicAsync(configs: ["message.timestamp.before.max.ms=1000"]), Batches.Of(3, CompressionType.Gzip, Batches.Time - Day))) },
            { "timestamp minus one", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(), Batches.Of(time: -1))) },
            { "timestamp minus five", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(), Batches.Of(time: -5))) },
            { "append time", async s =>
                {
                    var topic = await s.TopicAsync(configs: ["message.timestamp.type=LogAppendTime"]);
                    await s.ProbeAsync(s.Produce(topic, Batches.Of(2)));
                    await s.ProbeAsync(s.Produce(topic, Batches.Of(2, CompressionType.Lz4)));
                    await s.ReadBackAsync(topic);
                }
            },
            { "topic with another codec", async s =>
                {
                    var topic = await s.TopicAsync(configs: ["compression.type=gzip"]);
                    await s.ProbeAsync(s.Produce(topic, Batches.Of(2)));
                    await s.ProbeAsync(s.Produce(topic, Batches.Of(2, CompressionType.Lz4)));
                    await s.ReadBackAsync(topic);
                }
            },
            { "uncompressed topic", async s =>
                {
                    var topic = await s.TopicAsync(configs: ["compression.type=uncompressed"]);
                    await s.ProbeAsync(s.Produce(topic, Batches.Of(2, CompressionType.Snappy)));
                    await s.ReadBackAsync(topic);
                }
            },
            { "topic of zstd", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(configs: ["compression.type=zstd"]), Batches.Of(2))) },
            { "internal topic", async s =>
                {
                    await s.PrepareAsync<MetadataResponse>(new MetadataRequest { Topics = [] }, 9);
                    await s.ProbeAsync(s.Produce(new WireTopic("__transaction_state", Scene.NobodysId), Batches.Of()));
                }
            },
            { "transactional id and plain records", async s => await s.ProbeAsync(s.Produce(await s.TopicAsync(), Batches.Of(), transaction: s.Name("id"))), 3 },
            { "transactional records without an id", async s => await s.ProbeAsync(
                s.Produce(await s.TopicAsync(), Batches.OfProducer(await s.ProducerIdAsync(), 0, 0, transactional: true))), 3 },
        };

        foreach (var codec in new[] { CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd })
        {
            list.Add($"codec {codec}".ToLowerInvariant(), async s =>
            {
                var topic = await s.TopicAsync();
                await s.ProbeAsync(s.Produce(topic, Batches.Of(3, codec)));
                await s.ReadBackAsync(topic);
            });
        }

        foreach (sbyte magic in new sbyte[] { 0, 1 })
        {
            foreach (var codec in new[] { CompressionType.None, CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4 })
            {
                list.Add($"magic {magic} {codec}".ToLowerInvariant(), async s =>
                {
                    var topic = await s.TopicAsync();
                    await s.ProbeAsync(s.Produce(topic, Batches.Legacy(magic, 3, codec)));
                    await s.ReadBackAsync(topic);
                }, to: 4);
            }
        }

        foreach (var mistake in Batches.Spoilt().Keys)
        {
            list.Add("spoilt " + mistake, async s =>
            {
                var topic = await s.TopicAsync();
                await s.ProbeAsync(s.Produce(topic, Batches.Spoilt()[mistake]));
                await s.ReadBackAsync(topic);
            });
        }

        return list;
    }
}
