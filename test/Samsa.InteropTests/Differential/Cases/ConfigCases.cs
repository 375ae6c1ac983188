using Samsa.IntegrationTests.Wire;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>DescribeConfigs, ListConfigResources, AlterConfigs, IncrementalAlterConfigs.</summary>
internal static class ConfigCases
{
    private const sbyte TopicType = 2;
    private const sbyte BrokerType = 4;
    private const sbyte LoggerType = 8;
    private const sbyte MetricsType = 16;
    private const sbyte GroupType = 32;
    private const sbyte Set = 0;
    private const sbyte Delete = 1;
    private const sbyte Append = 2;
    private const sbyte Subtract = 3;

    public static CaseList DescribeConfigs { get; } = new(ApiKey.DescribeConfigs)
    {
        { "topic", async s => await s.ProbeAsync(Describe(TopicType, (await ConfiguredAsync(s)).Name)) },
        { "topic with synonyms", async s =>
            {
                var request = Describe(TopicType, (await ConfiguredAsync(s)).Name);
                request.IncludeSynonyms = true;
                await s.ProbeAsync(request);
            }, 1
        },
        { "topic with documentation", async s =>
            {
                var request = Describe(TopicType, (await ConfiguredAsync(s)).Name, "retention.ms", "cleanup.policy");
                request.IncludeDocumentation = true;
                await s.ProbeAsync(request);
            }, 3
        },
        { "some keys", async s => await s.ProbeAsync(Describe(TopicType, (await ConfiguredAsync(s)).Name, "retention.ms", "no.such.key")) },
        { "no keys", async s =>
            {
                var request = Describe(TopicType, (await ConfiguredAsync(s)).Name);
                request.Resources[0].ConfigurationKeys = [];
                await s.ProbeAsync(request);
            }
        },
        { "unknown topic", s => Describe(TopicType, "nobody") },
        { "invalid topic", s => Describe(TopicType, "no body") },
        { "empty topic", s => Describe(TopicType, "") },
        { "type zero", s => Describe(0, "x") },
        { "type ninety-nine", s => Describe(99, "x") },
        { "broker", s => WithSynonyms(Describe(BrokerType, "1")), 1 },
        { "broker before synonyms", s => Describe(BrokerType, "1", "num.partitions", "log.retention.hours", "log.cleaner.threads", "broker.id"), 0, 0 },
        { "all brokers", s => Describe(BrokerType, "") },
        { "another broker", s => Describe(BrokerType, "4711") },
        { "broker that is no number", s => Describe(BrokerType, "one") },
        { "no resources", s => new DescribeConfigsRequest() },
        { "same resource twice", async s =>
            {
                var request = Describe(TopicType, (await ConfiguredAsync(s)).Name, "retention.ms");
                request.Resources.Add(Describe(TopicType, request.Resources[0].ResourceName, "segment.bytes").Resources[0]);
                await s.ProbeAsync(request);
            }
        },
        { "one good one unknown", async s =>
            {
                var request = Describe(TopicType, (await ConfiguredAsync(s)).Name, "retention.ms");
                request.Resources.Add(Describe(TopicType, "nobody").Resources[0]);
                await s.ProbeAsync(request);
            }
        },
    };

    public static CaseList ListConfigResources { get; } = new(ApiKey.ListConfigResources)
    {
        { "subscriptions", s => new ListConfigResourcesRequest(), 0, 0 },
        { "subscriptions by type", s => new ListConfigResourcesRequest { ResourceTypes = [MetricsType] }, 1 },
        { "groups", async s =>
            {
                await s.ProbeAsync(Change(GroupType, s.Name(), ("consumer.session.timeout.ms", Set, "50000")), 1);
                await ListedAsync(s, isListed: true);
                await s.ProbeAsync(new ListConfigResourcesRequest { ResourceTypes = [GroupType, GroupType] });
                await s.ProbeAsync(Change(GroupType, s.Name(), ("consumer.session.timeout.ms", Delete, null)), 1);
                await ListedAsync(s, isListed: false);
                await s.ProbeAsync(new ListConfigResourcesRequest { ResourceTypes = [GroupType] });
            }, 1, short.MaxValue, true
        },
        { "brokers and their log levels", s => new ListConfigResourcesRequest { ResourceTypes = [BrokerType, LoggerType] }, 1 },
        { "of a type that is none", s => new ListConfigResourcesRequest { ResourceTypes = [BrokerType, 99] }, 1 },
        { "all", s => new ListConfigResourcesRequest(), 1, short.MaxValue, true },
    };

    public static CaseList AlterConfigs { get; } = new(ApiKey.AlterConfigs)
    {
        { "replaces all", async s => await AlteringAsync(s, ("retention.ms", "5000")) },
        { "two", async s => await AlteringAsync(s, ("retention.ms", "5000"), ("max.message.bytes", "2000")) },
        { "nothing resets", async s => await AlteringAsync(s) },
        { "bad value", async s => await AlteringAsync(s, ("retention.ms", "soon")) },
        { "null value", async s => await AlteringAsync(s, ("retention.ms", null)) },
        { "unknown key", async s => await AlteringAsync(s, ("no.such.key", "1")) },
        { "same key twice", async s => await AlteringAsync(s, ("retention.ms", "1"), ("retention.ms", "2")) },
        { "only validated", async s =>
            {
                var topic = await s.TopicAsync(configs: ["segment.bytes=2000000"]);
                var request = Alter(TopicType, topic.Name, ("retention.ms", "5000"));
                request.ValidateOnly = true;
                await s.ProbeAsync(request);
                await DescribeSettledAsync(s, Describe(TopicType, topic.Name, "retention.ms", "segment.bytes"));
            }
        },
        { "unknown topic", s => Alter(TopicType, "nobody", ("retention.ms", "5")) },
        { "invalid topic", s => Alter(TopicType, "no body", ("retention.ms", "5")) },
        { "type zero", s => Alter(0, "x", ("retention.ms", "5")) },
        { "type ninety-nine", s => Alter(99, "x", ("retention.ms", "5")) },
        { "read-only broker key", s => Alter(BrokerType, "1", ("broker.rack", "5")) },
        { "another broker", s => Alter(BrokerType, "4711", ("log.cleaner.threads", "2")) },
        { "no resources", s => new AlterConfigsRequest() },
        // The same resource twice is never answered by Apache Kafka.
    };

    public static CaseList IncrementalAlterConfigs { get; } = new(ApiKey.IncrementalAlterConfigs)
    {
        { "set", async s => await ChangingAsync(s, ("retention.ms", Set, "5000")) },
        { "set two and delete one", async s => await ChangingAsync(s, ("retention.ms", Set, "5000"), ("max.message.bytes", Set, "900"), ("segment.bytes", Delete, null)) },
        { "delete what is not set", async s => await ChangingAsync(s, ("retention.ms", Delete, null)) },
        { "delete with a value", async s => await ChangingAsync(s, ("segment.bytes", Delete, "x")) },
        { "append", async s => await ChangingAsync(s, ("cleanup.policy", Append, "compact")) },
        { "append what is there", async s => await ChangingAsync(s, ("cleanup.policy", Append, "delete")) },
        { "subtract", async s => await ChangingAsync(s, ("cleanup.policy", Append, "compact"), ("segment.bytes", Set, "3000000")) },
        { "subtract the last", async s => await ChangingAsync(s, ("cleanup.policy", Subtract, "delete")) },
        { "subtract what is not there", async s => await ChangingAsync(s, ("cleanup.policy", Subtract, "compact")) },
        { "append to a number", async s => await ChangingAsync(s, ("retention.ms", Append, "1")) },
        { "subtract from a number", async s => await ChangingAsync(s, ("retention.ms", Subtract, "1")) },
        { "bad value", async s => await ChangingAsync(s, ("retention.ms", Set, "soon")) },
        { "null value", async s => await ChangingAsync(s, ("retention.ms", Set, null)) },
        { "unknown key", async s => await ChangingAsync(s, ("no.such.key", Set, "1")) },
        { "delete an unknown key", async s => await ChangingAsync(s, ("no.such.key", Delete, null)) },
        { "append to an unknown key", async s => await ChangingAsync(s, ("no.such.key", Append, "1")) },
        { "operation nine", async s => await ChangingAsync(s, ("retention.ms", 9, "1")) },
        { "same key twice", async s => await ChangingAsync(s, ("retention.ms", Set, "1"), ("retention.ms", Set, "2")) },
        { "same key set and deleted", async s => await ChangingAsync(s, ("retention.ms", Set, "1"), ("retention.ms", Delete, null)) },
        { "nothing", async s => await ChangingAsync(s) },
        { "unknown topic", s => Change(TopicType, "nobody", ("retention.ms", Set, "5")) },
        { "invalid topic", s => Change(TopicType, "no body", ("retention.ms", Set, "5")) },
        { "type zero", s => Change(0, "x", ("retention.ms", Set, "5")) },
        { "read-only broker key", s => Change(BrokerType, "1", ("broker.rack", Set, "5")) },
        { "unknown broker key", s => Change(BrokerType, "1", ("no.such.key", Set, "5")) },
        { "another broker", s => Change(BrokerType, "4711", ("log.cleaner.threads", Set, "2")) },
        { "broker key", async s =>
            {
                await s.ProbeAsync(Change(BrokerType, "1", ("log.retention.ms", Set, "500000000")));
                await s.ProbeAsync(Change(BrokerType, "", ("log.retention.ms", Set, "600000000")));
                await s.ProbeAsync(Change(BrokerType, "1", ("log.retention.ms", Delete, null)));
                await s.ProbeAsync(Change(BrokerType, "", ("log.retention.ms", Delete, null)));
            }, 0, short.MaxValue, true
        },
        { "no resources", s => new IncrementalAlterConfigsRequest() },
        { "same resource twice", async s =>
            {
                var request = Change(TopicType, (await s.TopicAsync()).Name, ("retention.ms", Set, "5"));
                request.Resources.Add(request.Resources[0]);
                await s.ProbeAsync(request);
            }
        },
        { "only validated", async s =>
            {
                var topic = await s.TopicAsync();
                var request = Change(TopicType, topic.Name, ("retention.ms", Set, "5000"));
                request.ValidateOnly = true;
                await s.ProbeAsync(request);
                await DescribeSettledAsync(s, Describe(TopicType, topic.Name, "retention.ms"));
            }
        },
    };

    private static Task<WireTopic> ConfiguredAsync(Scene s) => s.SharedAsync(
        "configured", (_, _) => Task.CompletedTask, 1, "retention.ms=123456", "cleanup.policy=compact,delete", "compression.type=lz4");

    private static DescribeConfigsRequest Describe(sbyte type, string name, params string[] keys) => new()
    {
        Resources =
        [
            new DescribeConfigsRequest.DescribeConfigsResource { ResourceType = type, ResourceName = name, ConfigurationKeys = keys.Length == 0 ? null : [.. keys] },
        ],
    };

    private static DescribeConfigsRequest WithSynonyms(DescribeConfigsRequest request)
    {
        request.IncludeSynonyms = true;
        return request;
    }

    // A broker of Kafka 4 answers before it has heard of the change itself.
    private static async Task ListedAsync(Scene s, bool isListed) => await Conditions.UntilAsync(
        $"the broker {(isListed ? "lists" : "has forgotten")} the configuration of {s.Name()}",
        () => s.PrepareAsync<ListConfigResourcesResponse>(new ListConfigResourcesRequest { ResourceTypes = [GroupType] }, 1),
        answer => answer.ConfigResources.Exists(r => r.ResourceName == s.Name()) == isListed);

    private static AlterConfigsRequest Alter(sbyte type, string name, params (string Key, string? Value)[] configs) => new()
    {
        Resources =
        [
            new AlterConfigsRequest.AlterConfigsResource
            {
                ResourceType = type,
                ResourceName = name,
                Configs = [.. configs.Select(config => new AlterConfigsRequest.AlterableConfig { Name = config.Key, Value = config.Value })],
            },
        ],
    };

    private static IncrementalAlterConfigsRequest Change(sbyte type, string name, params (string Key, sbyte Operation, string? Value)[] configs) => new()
    {
        Resources =
        [
            new IncrementalAlterConfigsRequest.AlterConfigsResource
            {
                ResourceType = type,
                ResourceName = name,
                Configs =
                [
                    .. configs.Select(config => new IncrementalAlterConfigsRequest.AlterableConfig
                    {
                        Name = config.Key, ConfigOperation = config.Operation, Value = config.Value,
                    }),
                ],
            },
        ],
    };

    private static async Task AlteringAsync(Scene s, params (string Key, string? Value)[] configs)
    {
        var topic = await s.TopicAsync(configs: ["segment.bytes=2000000"]);
        await s.ProbeAsync(Alter(TopicType, topic.Name, configs));
        await DescribeOwnAsync(s, topic);
    }

    private static async Task ChangingAsync(Scene s, params (string Key, sbyte Operation, string? Value)[] configs)
    {
        var topic = await s.TopicAsync(configs: ["segment.bytes=2000000"]);
        await s.ProbeAsync(Change(TopicType, topic.Name, configs));
        await DescribeOwnAsync(s, topic);
    }

    private static Task DescribeOwnAsync(Scene s, WireTopic topic) =>
        DescribeSettledAsync(s, Describe(TopicType, topic.Name, "retention.ms", "segment.bytes", "cleanup.policy", "max.message.bytes"));

    // Apache Kafka answers before its broker knows the change; it learns of a topic that is made later after the change.
    private static async Task DescribeSettledAsync(Scene s, DescribeConfigsRequest request)
    {
        await s.TopicAsync(suffix: "settled");
        await s.ProbeAsync(request, 1);
    }
}
