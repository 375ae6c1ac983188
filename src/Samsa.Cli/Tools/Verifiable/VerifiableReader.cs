using System.Text;
using System.Text.Json;
using Samsa.Client;
using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Cli.Tools.Verifiable;

/// <summary>
/// Reads for <c>kafka-verifiable-consumer</c>. What lies there at once, up to <c>max.poll.records</c>, is told in one line, as Kafka's tool does with a
/// poll; it is committed then, and also before partitions go away. One caller; lives as long as the consumer.
/// </summary>
/// <param name="consumer">The consumer; nobody else reads from it.</param>
/// <param name="lines">Where to tell.</param>
/// <param name="most">How many records to read; negative for no end.</param>
/// <param name="mostAtOnce">How many records make one line at most, up to the end of a batch.</param>
/// <param name="isVerbose">Whether each record has a line.</param>
/// <param name="autoCommits">Whether the consumer commits by itself.</param>
internal sealed class VerifiableReader(KafkaConsumer consumer, VerifiableLine lines, int most, int mostAtOnce, bool isVerbose, bool autoCommits)
{
    private readonly Dictionary<TopicPartition, (long Count, long First, long Last)> _read = [];
    private long _polled;
    private long _consumed;

    private bool IsDone => most >= 0 && _consumed >= most;

    /// <summary>Reads a topic until there is enough.</summary>
    /// <exception cref="OperationCanceledException">It is to end; what was read is told and committed.</exception>
    /// <exception cref="KafkaException">It cannot go on.</exception>
    public async Task RunAsync(string topic, CancellationToken cancellation)
    {
        consumer.Subscribe([topic], new RebalanceListener
        {
            Assigned = (partitions, _) => Tell("partitions_assigned", partitions),
            Revoked = async (partitions, stop) =>
            {
                await ReportAsync(stop);
                await Tell("partitions_revoked", partitions);
            },
        });
        while (!IsDone)
        {
            for (var batch = await consumer.PollBatchAsync(Timeout.InfiniteTimeSpan, cancellation); batch is not null && !IsDone;)
            {
                Take(batch);
                batch = _polled < mostAtOnce && !IsDone ? await consumer.PollBatchAsync(TimeSpan.Zero, cancellation) : null;
            }

            await ReportAsync(cancellation);
        }
    }

    private static string? Text(OptionalBytes bytes) => bytes.IsNull ? null : Encoding.UTF8.GetString(bytes.Span);

    private void Take(ConsumedBatch batch)
    {
        foreach (var record in batch)
        {
            _polled++;
            if (IsDone)
                continue;
            _consumed++;
            long offset = record.Offset;
            var known = _read.GetValueOrDefault(batch.Partition, (0, offset, offset));
            _read[batch.Partition] = (known.Count + 1, known.First, offset);
            if (isVerbose)
                Tell(batch.Partition, offset, Text(record.Key), Text(record.Value));
        }
    }

    private void Tell(TopicPartition partition, long offset, string? key, string? value) => lines.Write("record_data", json =>
    {
        json.WriteString("key", key);
        json.WriteString("value", value);
        json.WriteString("topic", partition.Topic);
        json.WriteNumber("partition", partition.Partition);
        json.WriteNumber("offset", offset);
    });

    private ValueTask Tell(string name, IReadOnlyCollection<TopicPartition> partitions)
    {
        lines.Write(name, json =>
        {
            json.WriteStartArray("partitions");
            foreach (var partition in partitions)
            {
                json.WriteStartObject();
                Write(json, partition);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        return ValueTask.CompletedTask;
    }

    private async Task ReportAsync(CancellationToken cancellation)
    {
        if (_read.Count == 0)
            return;
        lines.Write("records_consumed", json =>
        {
            json.WriteNumber("count", _polled);
            json.WriteStartArray("partitions");
            foreach (var (partition, (count, first, last)) in _read)
            {
                json.WriteStartObject();
                Write(json, partition);
                json.WriteNumber("count", count);
                json.WriteNumber("minOffset", first);
                json.WriteNumber("maxOffset", last);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        var offsets = _read.ToDictionary(r => r.Key, r => new CommittedOffset(r.Value.Last + 1));
        _read.Clear();
        _polled = 0;
        if (autoCommits)
        {
            foreach (var (partition, offset) in offsets)
                consumer.StoreOffset(new TopicPartitionOffset(partition, offset.Offset));
            return;
        }

        string? error = null;
        try
        {
            await consumer.CommitAsync(offsets, cancellation);
        }
        catch (KafkaException e)
        {
            error = e.Message;
        }

        lines.Write("offsets_committed", json =>
        {
            json.WriteStartArray("offsets");
            foreach (var (partition, offset) in offsets)
            {
                json.WriteStartObject();
                Write(json, partition);
                json.WriteNumber("offset", offset.Offset);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (error is not null)
                json.WriteString("error", error);
            json.WriteBoolean("success", error is null);
        });
    }

    private static void Write(Utf8JsonWriter json, TopicPartition partition)
    {
        json.WriteString("topic", partition.Topic);
        json.WriteNumber("partition", partition.Partition);
    }
}
