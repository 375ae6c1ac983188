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
            config.SessionTimeoutMs = 6000;
            config.HeartbeatIntervalMs = 300;
            if (how is not null)
                config.Set("partition.assignment.strategy", how);
        }

        // With a cooperative assignor, and in a group of KIP-848, only the difference comes.
        SortedSet<int> owned = [];
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
                if (owned.Count > 0)
                    output.Owns(owned);
                else
                    output.OwnsNothing();
            })
            .Build();
        consumer.Subscribe(topic);
        while (!output.HasInputEnded)
            ProcessNext(consumer, output);
        output.OwnsNothing();
        consumer.Close();
    }

    private static void ProcessNext(IConsumer<Ignore, string> consumer, MemberOutput output)
    {
        try
        {
            if (consumer.Consume(millisecondsTimeout: 100) is { } result)
            {
                output.Processed(result.Partition.Value, result.Offset.Value.ToString(CultureInfo.InvariantCulture), result.Message.Value);
                consumer.Commit(result);
            }
        }
        catch (KafkaException error)
        {
            // A record that could not be committed comes again to its next owner: at least once.
            Console.Error.WriteLine(error.Message);
        }
    }
}
