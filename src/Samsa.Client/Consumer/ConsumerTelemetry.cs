using System.Diagnostics;
using Samsa.Client.Connections;
using Samsa.Client.Consumer.Fetching;
using Samsa.Client.Diagnostics;
using Samsa.Protocol;

namespace Samsa.Client.Consumer;

/// <summary>
/// What one consumer counts and traces, under its client id; docs/metrics.md lists it. Counted by batch and request, never by record. Entered
/// from any thread.
/// </summary>
internal sealed class ConsumerTelemetry(ConsumerOptions options)
{
    // A span of a batch with thousands of records should not have thousands of links; those of its first records are enough to find it.
    private const int MostLinks = 128;

    private static readonly KeyValuePair<string, object?> Operation = new(MessagingTags.OperationName, MessagingTags.Poll);

    private readonly TimeProvider _time = options.TimeProvider;
    private readonly string? _group = string.IsNullOrEmpty(options.GroupId) ? null : options.GroupId;

    /// <summary>The tag that names the client.</summary>
    public KeyValuePair<string, object?> Client { get; } = new(MessagingTags.ClientId, options.ClientId);

    /// <summary>Whether spans are wanted; a batch's begins with the wait for it.</summary>
    public static bool IsTraced => Instruments.Activities.HasListeners();

    /// <summary>When a wait begins, for <see cref="Received"/>.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    public void Requested(BrokerAddress broker, TimeSpan duration, ErrorCode error) =>
        Instruments.Requested(MessagingTags.Poll, Client, broker, duration, error == ErrorCode.None ? null : error.Name());

    /// <summary>A batch is handed out, or made ready for it.</summary>
    public void Consumed(TopicPartition partition, int records, int bytes)
    {
        var tags = new TagList
        {
            MessagingTags.SystemTag,
            Client,
            { MessagingTags.Topic, partition.Topic },
            { MessagingTags.Partition, PartitionNames.Of(partition.Partition) },
        };
        if (_group is not null)
        {
            tags.Add(MessagingTags.Group, _group);
        }

        Instruments.ConsumerBytes.Add(bytes, tags);
        tags.Add(Operation);
        Instruments.ConsumedMessages.Add(records, tags);
    }

    /// <summary>The span of a batch that came, with links to where its records were made.</summary>
    /// <param name="fetched">The batch.</param>
    /// <param name="records">How many records it has.</param>
    /// <param name="since">When the caller began to wait.</param>
    /// <param name="contexts">Where the records were made, as far as is known.</param>
    public void Received(FetchedPartition fetched, int records, DateTimeOffset since, IEnumerable<ActivityContext> contexts)
    {
        using var span = Instruments.Activities.StartActivity(
            ActivityKind.Client,
            tags: Common(MessagingTags.Poll, MessagingTags.ReceiveType, fetched.State.Id, fetched.FirstOffset),
            links: contexts.Where(static c => c != default).Distinct().Take(MostLinks).Select(static c => new ActivityLink(c)),
            startTime: since,
            name: $"{MessagingTags.Poll} {fetched.State.Id.Topic}");
        span?.AddTag(MessagingTags.BatchCount, records);
    }

    /// <summary>The program begins with a record.</summary>
    public RecordProcessing StartProcessing(TopicPartition partition, long offset, bool isTombstone, ActivityContext context)
    {
        var tags = Common(MessagingTags.Process, MessagingTags.Process, partition, offset);
        if (isTombstone)
        {
            tags.Add(new(MessagingTags.Tombstone, true));
        }

        // The record's trace goes on; what the program does around it is linked.
        var around = Activity.Current?.Context;
        var span = Instruments.Activities.StartActivity(
            ActivityKind.Consumer,
            context,
            tags,
            context != default && around is { } outer && outer.TraceId != context.TraceId ? [new ActivityLink(outer)] : null,
            name: $"{MessagingTags.Process} {partition.Topic}");
        return new RecordProcessing(_time, span, MetricTags(partition));
    }

    private List<KeyValuePair<string, object?>> Common(string operation, string type, TopicPartition partition, long offset)
    {
        List<KeyValuePair<string, object?>> tags =
        [
            MessagingTags.SystemTag,
            new(MessagingTags.OperationName, operation),
            new(MessagingTags.OperationType, type),
            new(MessagingTags.Topic, partition.Topic),
            new(MessagingTags.Partition, PartitionNames.Of(partition.Partition)),
            new(MessagingTags.Offset, offset),
            Client,
        ];
        if (_group is not null)
        {
            tags.Add(new(MessagingTags.Group, _group));
        }

        return tags;
    }

    private TagList MetricTags(TopicPartition partition)
    {
        var tags = new TagList
        {
            MessagingTags.SystemTag,
            Client,
            { MessagingTags.OperationName, MessagingTags.Process },
            { MessagingTags.Topic, partition.Topic },
            { MessagingTags.Partition, PartitionNames.Of(partition.Partition) },
        };
        if (_group is not null)
        {
            tags.Add(MessagingTags.Group, _group);
        }

        return tags;
    }
}
