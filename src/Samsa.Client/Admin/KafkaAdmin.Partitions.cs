using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Admin;

/// <content>What only a partition's leader can do: delete records, find offsets, tell of producers.</content>
public sealed partial class KafkaAdmin
{
    private const short FirstListOffsetsWithIsolation = 2;

    /// <summary>Deletes the records below an offset.</summary>
    /// <param name="offsets">For each partition the offset of the first record to stay; -1 deletes all up to the high watermark.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<DeleteRecordsResult>> DeleteRecordsAsync(
        IReadOnlyDictionary<TopicPartition, long> offsets, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(offsets);
        var call = Begin(cancellation);
        return call.RunAsync(
            offsets.Keys,
            RetriedErrors.OfLeader,
            (partition, error, message) => new DeleteRecordsResult { Partition = partition, Error = error, ErrorMessage = message },
            pending => AskLeadersAsync(call, pending, async (connection, partitions) =>
            {
                var answer = await call.AskAsync(connection, ClientApis.DeleteRecords, _ => new DeleteRecordsRequest
                {
                    Topics = [.. partitions.GroupBy(p => p.Topic).Select(topic => new DeleteRecordsRequest.DeleteRecordsTopic
                    {
                        Name = topic.Key,
                        Partitions = [.. topic.Select(p => new DeleteRecordsRequest.DeleteRecordsPartition
                        {
                            PartitionIndex = p.Partition,
                            Offset = offsets[p],
                        })],
                    })],
                    TimeoutMs = call.RequestTimeoutMs,
                }).ConfigureAwait(false);
                foreach (var topic in answer.Topics)
                {
                    foreach (var partition in topic.Partitions)
                    {
                        var key = new TopicPartition(topic.Name, partition.PartitionIndex);
                        pending.Answer(key, new DeleteRecordsResult
                        {
                            Partition = key,
                            Error = partition.ErrorCode,
                            LowWatermark = partition.ErrorCode == ErrorCode.None ? partition.LowWatermark : -1,
                        });
                    }
                }
            }));
    }

    /// <summary>Finds offsets.</summary>
    /// <param name="specs">Which offset of which partition.</param>
    /// <param name="isolation">Whether the end is the high watermark or the last stable offset (Kafka 0.11).</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<ListOffsetsResult>> ListOffsetsAsync(
        IReadOnlyDictionary<TopicPartition, OffsetSpec> specs,
        IsolationLevel isolation = IsolationLevel.ReadUncommitted,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(specs);
        var call = Begin(cancellation);
        return call.RunAsync(
            specs.Keys,
            RetriedErrors.OfLeader,
            (partition, error, message) => new ListOffsetsResult { Partition = partition, Error = error, ErrorMessage = message },
            pending => AskLeadersAsync(call, pending, async (connection, partitions) =>
            {
                var version = connection.Versions.Choose(ClientApis.ListOffsets);
                if (isolation != IsolationLevel.ReadUncommitted)
                {
                    RequireVersion(connection, ClientApis.ListOffsets, FirstListOffsetsWithIsolation, "look below the last stable offset");
                }

                var asked = new List<TopicPartition>();
                foreach (var partition in partitions)
                {
                    if (version >= FirstVersionOf(specs[partition]))
                    {
                        asked.Add(partition);
                        continue;
                    }

                    pending.Refuse(partition, ErrorCode.UnsupportedVersion,
                        $"Broker {connection.Address} is too old for the offset that is asked for ({specs[partition].Timestamp}).");
                }

                if (asked.Count > 0)
                {
                    await AskOffsetsAsync(call, connection, pending, asked, specs, isolation).ConfigureAwait(false);
                }
            }));
    }

    /// <summary>Tells which idempotent and transactional producers the partitions' leaders remember (Kafka 2.8, KIP-664).</summary>
    public Task<IReadOnlyList<PartitionProducers>> DescribeProducersAsync(
        IEnumerable<TopicPartition> partitions, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        var call = Begin(cancellation);
        return call.RunAsync(
            partitions,
            RetriedErrors.OfLeader,
            (partition, error, message) => new PartitionProducers { Partition = partition, Error = error, ErrorMessage = message },
            pending => AskLeadersAsync(call, pending, async (connection, asked) =>
            {
                var answer = await call.AskAsync(connection, ClientApis.DescribeProducers, _ => new DescribeProducersRequest
                {
                    Topics = [.. asked.GroupBy(p => p.Topic).Select(topic => new DescribeProducersRequest.TopicRequest
                    {
                        Name = topic.Key,
                        PartitionIndexes = [.. topic.Select(p => p.Partition)],
                    })],
                }).ConfigureAwait(false);
                foreach (var topic in answer.Topics)
                {
                    foreach (var partition in topic.Partitions)
                    {
                        var key = new TopicPartition(topic.Name, partition.PartitionIndex);
                        pending.Answer(key, new PartitionProducers
                        {
                            Partition = key,
                            Error = partition.ErrorCode,
                            ErrorMessage = partition.ErrorMessage,
                            Producers = partition.ActiveProducers.ConvertAll(p => new ActiveProducer(
                                p.ProducerId, p.ProducerEpoch, p.LastSequence, p.LastTimestamp, p.CoordinatorEpoch, p.CurrentTxnStartOffset)),
                        });
                    }
                }
            }));
    }

    // KIP-734, KIP-405, KIP-1005, KIP-1023.
    private static short FirstVersionOf(OffsetSpec spec) => spec.Timestamp switch
    {
        >= -2 => 0,
        -3 => 7,
        -4 => 8,
        -5 => 9,
        -6 => 11,
        _ => short.MaxValue,
    };

    private static async Task AskOffsetsAsync(
        AdminCall call,
        BrokerConnection connection,
        PendingItems<TopicPartition, ListOffsetsResult> pending,
        List<TopicPartition> partitions,
        IReadOnlyDictionary<TopicPartition, OffsetSpec> specs,
        IsolationLevel isolation)
    {
        var answer = await call.AskAsync(connection, ClientApis.ListOffsets, version => new ListOffsetsRequest
        {
            ReplicaId = -1,
            IsolationLevel = version >= FirstListOffsetsWithIsolation ? (sbyte)isolation : (sbyte)0,
            TimeoutMs = call.RequestTimeoutMs,
            Topics = [.. partitions.GroupBy(p => p.Topic).Select(topic => new ListOffsetsRequest.ListOffsetsTopic
            {
                Name = topic.Key,
                Partitions = [.. topic.Select(p => new ListOffsetsRequest.ListOffsetsPartition
                {
                    PartitionIndex = p.Partition,
                    Timestamp = specs[p].Timestamp,
                })],
            })],
        }).ConfigureAwait(false);
        foreach (var topic in answer.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                var key = new TopicPartition(topic.Name, partition.PartitionIndex);
                pending.Answer(key, new ListOffsetsResult
                {
                    Partition = key,
                    Error = partition.ErrorCode,
                    Offset = partition.Offset,
                    Timestamp = partition.Timestamp,
                    LeaderEpoch = partition.LeaderEpoch,
                });
            }
        }
    }
}
