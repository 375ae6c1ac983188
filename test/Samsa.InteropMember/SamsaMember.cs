using System.Globalization;
using Samsa.Client;
using Samsa.Client.Consumer;
using Samsa.Client.Serialization;
using Samsa.Protocol;

namespace Samsa.InteropMember;

/// <summary>A member of a group by Samsa's own client. Owns its consumer; one task; lives until its input ends, then it leaves.</summary>
internal static class SamsaMember
{
    /// <param name="server">A broker.</param>
    /// <param name="topic">What it reads.</param>
    /// <param name="group">Its group.</param>
    /// <param name="how">Assignors as <c>partition.assignment.strategy</c> has them, or <c>consumer</c> for a group of KIP-848.</param>
    /// <param name="inParallel">Whether it processes in parallel and commits automatically, instead of one record after the other.</param>
    /// <param name="output">Where it says what happens.</param>
    public static async Task RunAsync(string server, string topic, string group, string? how, bool inParallel, MemberOutput output)
    {
        var options = new ConsumerOptions
        {
            BootstrapServers = server,
            GroupId = group,
            EnableAutoCommit = inParallel,
            AutoCommitInterval = TimeSpan.FromMilliseconds(100),
            AutoOffsetReset = AutoOffsetReset.Earliest,
            ReconnectBackoff = TimeSpan.FromMilliseconds(50),
            ReconnectBackoffMax = TimeSpan.FromMilliseconds(200),
            MetadataMaxAge = TimeSpan.FromSeconds(2),
        };
        if (how == "consumer")
        {
            options.GroupProtocol = GroupProtocol.Consumer;
        }
        else
        {
            options.SessionTimeout = TimeSpan.FromSeconds(15);
            options.HeartbeatInterval = TimeSpan.FromMilliseconds(300);
            if (how is not null)
                options.Set("partition.assignment.strategy", how);
        }

        await using var consumer = new KafkaConsumer<string, string>(options, Deserializers.Utf8, Deserializers.Utf8);
        consumer.Subscribe([topic], new RebalanceListener
        {
            Assigned = (_, _) =>
            {
                output.Owns(Numbers(consumer.Assignment));
                return ValueTask.CompletedTask;
            },
            Revoked = (gone, _) =>
            {
                int[] kept = [.. Numbers(consumer.Assignment.Except(gone))];
                if (kept.Length > 0)
                    output.Owns(kept);
                else
                    output.OwnsNothing();
                return ValueTask.CompletedTask;
            },
        });
        try
        {
            if (inParallel)
            {
                await consumer.RunAsync(
                    (record, _) =>
                    {
                        Say(record, output);
                        return ValueTask.CompletedTask;
                    },
                    cancellationToken: output.InputEnded);
            }

            await foreach (var record in consumer.ConsumeAsync(output.InputEnded))
                await ProcessAsync(consumer, record, output);
        }
        catch (OperationCanceledException)
        {
            // It leaves: what it has it gives back, and says so.
        }
    }

    private static IEnumerable<int> Numbers(IEnumerable<TopicPartition> partitions) => partitions.Select(one => one.Partition).Order();

    private static void Say(ConsumerRecord<string, string> record, MemberOutput output) =>
        output.Processed(record.Partition.Partition, record.Offset.ToString(CultureInfo.InvariantCulture), record.Value!);

    private static async Task ProcessAsync(KafkaConsumer<string, string> consumer, ConsumerRecord<string, string> record, MemberOutput output)
    {
        Say(record, output);
        try
        {
            await consumer.CommitAsync();
        }
        catch (KafkaException error)
        {
            // A record that could not be committed comes again to its next owner: at least once.
            await Console.Error.WriteLineAsync(error.Message);
        }
    }
}
