// The same loads as bench/compare/load.c, by our own client; bench/compare/clients.py runs both in turn. And groups, for bench/compare/groups.py.
using System.Globalization;
using Samsa.Bench.ClientLoad;

const string Usage =
    """
    usage: client-load [-w WARM] [-X KEY=VALUE]... produce BROKERS TOPIC COUNT SIZE CODEC
                                                   fetch   BROKERS TOPIC PARTITIONS COUNT
                                                   latency BROKERS TOPIC COUNT SIZE RATE
                                                   group   BROKERS TOPIC GROUP MEMBERS
    WARM records go before those that are measured. A group's members join at once, and are done with their first record. Prints one JSON object.
    """;

long warm = 0;
List<KeyValuePair<string, string>> settings = [];
int at = 0;
for (; at + 1 < args.Length && args[at].StartsWith('-'); at += 2)
{
    if (args[at] == "-w")
        warm = Number(args[at + 1]);
    else if (args[at] == "-X" && args[at + 1].Split('=', 2) is [var key, var value])
        settings.Add(KeyValuePair.Create(key, value));
}

switch (args[at..])
{
    case ["produce", var brokers, var topic, var count, var size, var codec]:
        Console.WriteLine(await new ProduceLoad(brokers, topic, [.. settings, KeyValuePair.Create("compression.type", codec)])
            .RunAsync(warm, Number(count), (int)Number(size)));
        return 0;
    case ["fetch", var brokers, var topic, var partitions, var count]:
        Console.WriteLine(await new FetchLoad(brokers, topic, (int)Number(partitions), settings).RunAsync(warm, Number(count)));
        return 0;
    case ["latency", var brokers, var topic, var count, var size, var rate]:
        Console.WriteLine(await new LatencyLoad(brokers, topic, settings).RunAsync(warm, Number(count), (int)Number(size), Number(rate)));
        return 0;
    case ["group", var brokers, var topic, var group, var members]:
        Console.WriteLine(await new GroupLoad(brokers, topic, group, settings).RunAsync((int)Number(members)));
        return 0;
    default:
        await Console.Error.WriteLineAsync(Usage);
        return 2;
}

static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
