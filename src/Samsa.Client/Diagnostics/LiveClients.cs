using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Samsa.Client.Consumer;
using Samsa.Client.Producer;

namespace Samsa.Client.Diagnostics;

/// <summary>
/// The producers and consumers that live, for what is measured only when somebody looks. They add themselves, and take themselves out when they
/// are disposed. Entered from any thread.
/// </summary>
internal static class LiveClients
{
    private static readonly ConcurrentDictionary<ProducerContext, byte> Producers = new();
    private static readonly ConcurrentDictionary<ConsumerCore, byte> Consumers = new();

    public static void Add(ProducerContext producer) => Producers.TryAdd(producer, 0);

    public static void Remove(ProducerContext producer) => Producers.TryRemove(producer, out _);

    public static void Add(ConsumerCore consumer) => Consumers.TryAdd(consumer, 0);

    public static void Remove(ConsumerCore consumer) => Consumers.TryRemove(consumer, out _);

    public static IEnumerable<Measurement<long>> BufferedBytes() =>
        Producers.Keys.Select(p => new Measurement<long>(p.Budget.Used, MessagingTags.SystemTag, p.Metrics.Client));

    public static IEnumerable<Measurement<long>> QueuedBytes() =>
        Consumers.Keys.Select(c => new Measurement<long>(c.Assignment.UsedBytes, MessagingTags.SystemTag, c.Telemetry.Client));

    public static IEnumerable<Measurement<long>> Lags() =>
        Consumers.Keys.SelectMany(c => c.Assignment.Lags().Select(l => new Measurement<long>(
            l.Lag,
            MessagingTags.SystemTag,
            c.Telemetry.Client,
            new(MessagingTags.Topic, l.Partition.Topic),
            new(MessagingTags.Partition, PartitionNames.Of(l.Partition.Partition)))));
}
