using System.Globalization;
using Confluent.Kafka;

namespace Samsa.InteropMember;

/// <summary>A member of a group by Confluent.Kafka. Owns its consumer; one thread; lives until its input ends, then it leaves.</summary>
internal static class ConfluentMember
{
    /// <param name="library">The librdkafka under it.</param>
    /// <param name="server">A broker.</param>
    /// <param name="topic">What it reads.</param>
    /// <param name="group">Its group.</param>
    /// <param name="how">An assignor, or <c>consumer</c> for a group of KIP-848.</param>
    /// <param name="output">Where it says what happens.</param>
    public static void Run(string library, string server, string topic, string group, string? how, MemberOutput output)
    {
        SystemLibrdkafka.Load(library);
        var config = new ConsumerConfig
        {
            BootstrapServers = server,
            GroupId = group,
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            ReconnectBackoffMs = 50,
            ReconnectBackoffMaxMs = 200,
            TopicMetadataRefreshIntervalMs = 2000,
        };
        if (how == "consumer")
        {
            config.Set("group.protocol", how);
        }
        else
        {
            config.SessionTimeoutMs = 15000;
            config.HeartbeatIntervalMs = 300;
            if (how is not null)
                config.Set("partition.assignment.strategy", how);
        }

        // With a cooperative assignor, and in a group of KIP-848, only the difference comes.
        SortedSet<int> owned = [];
        Dictionary<TopicPartition, Offset> uncommitted = [];
        using var consumer = new ConsumerBuilder<Ignore, string>(config)
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) => Console.Error.WriteLine(error.Reason))
            .SetPartitionsAssignedHandler((_, partitions) =>
            {
                owned.UnionWith(partitions.Select(partition => partition.Partition.Value));
                output.Owns(owned);
            })
            .SetPartitionsRevokedHandler((_, partitions) =>
            {
                owned.ExceptWith(partitions.Select(partition => partition.Partition.Value));
                foreach (var partition in partitions)
                    uncommitted.Remove(partition.TopicPartition);
                if (owned.Count > 0)
                    output.Owns(owned);
                else
                    output.OwnsNothing();
            })
            .Build();
        consumer.Subscribe(topic);
        while (!output.HasInputEnded || uncommitted.Count > 0)
            ProcessNext(consumer, uncommitted, output);
        output.OwnsNothing();
        consumer.Close();
    }

    private static void ProcessNext(IConsumer<Ignore, string> consumer, Dictionary<TopicPartition, Offset> uncommitted, MemberOutput output)
    {
        try
        {
            if (consumer.Consume(millisecondsTimeout: 100) is { } result)
            {
                output.Processed(result.Partition.Value, result.Offset.Value.ToString(CultureInfo.InvariantCulture), result.Message.Value);
                uncommitted[result.TopicPartition] = result.Offset + 1;
            }

            if (uncommitted.Count == 0)
                return;
            consumer.Commit(uncommitted.Select(one => new TopicPartitionOffset(one.Key, one.Value)));
            uncommitted.Clear();
        }
        catch (KafkaException error)
        {
            // It is tried again, as while the coordinator loads, until somebody else has the partition: then the record comes again to its next owner.
            Console.Error.WriteLine(error.Message);
        }
    }
}
