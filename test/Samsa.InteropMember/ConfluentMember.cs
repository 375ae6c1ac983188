using System.Globalization;
using Confluent.Kafka;

namespace Samsa.InteropMember;

/// <summary>A member of a group by Confluent.Kafka. Owns its consumer; one thread; lives until its input ends, then it leaves.</summary>
internal static class ConfluentMember
{
    public static void Run(string server, string topic, string group, string? assignor, MemberOutput output)
    {
        SystemLibrdkafka.Load("librdkafka.so.1");
        var config = new ConsumerConfig
        {
            BootstrapServers = server,
            GroupId = group,
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            SessionTimeoutMs = 6000,
            HeartbeatIntervalMs = 300,
            ReconnectBackoffMs = 50,
            ReconnectBackoffMaxMs = 200,
            TopicMetadataRefreshIntervalMs = 2000,
        };
        if (assignor is not null)
            config.Set("partition.assignment.strategy", assignor);

        // With a cooperative assignor only the difference comes.
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
