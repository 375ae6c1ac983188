using System.Globalization;
using Microsoft.Extensions.Logging;
using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.Client.Producer;

/// <summary>
/// One produce request and what comes of it: builds it, sends it, and settles its batches or puts them back into their queues.
/// Owns the batches while it runs. Whatever happens, every batch is accounted for.
/// </summary>
internal sealed class ProduceExchange(
    ProducerContext context, BrokerSender sender, BrokerConnection connection, short version, List<ProducerBatch> batches)
{
    // KIP-110: older brokers would store what older consumers cannot read.
    private const short FirstVersionWithZstd = 7;

    // Settled batches begin anew elsewhere; their queues stay.
    private readonly PartitionQueue[] _queues = QueuesOf(batches);

    public async Task RunAsync()
    {
        if (context.Compression == CompressionType.Zstd && version < FirstVersionWithZstd)
        {
            Settle(new PartitionAnswer(
                ErrorCode.UnsupportedCompressionType, Message: $"Broker {connection.Address} is too old for zstd (before Kafka 2.1)."));
            return;
        }

        var released = new SentCountdown(batches.Count);
        ProduceResponse? answer = null;
        KafkaException? failure = null;
        ProduceRequest request;
        try
        {
            request = Request(released);
        }
        catch (Exception e)
        {
            // A codec whose library is missing, or a bug: no retry can help.
            Settle(new PartitionAnswer(ErrorCode.UnsupportedCompressionType, Message: e.Message), isFinal: true);
            return;
        }

        var start = context.Time.GetTimestamp();
        try
        {
            if (context.Acks == Acks.None)
            {
                await connection.SendWithoutAnswerAsync(ClientApis.Produce, version, request).ConfigureAwait(false);
            }
            else
            {
                answer = await connection.SendInlineAsync(ClientApis.Produce, version, request).ConfigureAwait(false);
            }
        }
        catch (KafkaException e)
        {
            failure = e;
        }
        catch (Exception e)
        {
            // The request could not be written: a bug here, which must not look like a delivery that takes long.
            Settle(new PartitionAnswer(ErrorCode.UnknownServerError, Message: e.Message), isFinal: true);
            return;
        }

        context.Metrics.Requested(connection.Address, context.Time.GetElapsedTime(start), failure?.ErrorCode ?? ErrorCode.None);

        if (context.Acks != Acks.None && (answer is null || HasErrors(answer)))
        {
            // Here runs the connection's read loop, or whoever closed it; the user's handler of failures must not.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        }

        // The answer, or the end of the connection, may come before the connection lets go of the bytes.
        var sent = await released.Done.ConfigureAwait(false);
        if (answer is not null)
        {
            Settle(answer);
        }
        else
        {
            Settle(new PartitionAnswer(
                failure is null ? sent ? ErrorCode.None : ErrorCode.NetworkException : failure.ErrorCode,
                Message: failure?.Message));
        }
    }

    /// <summary>Wakes the senders of partitions that moved to another broker: they may have waited for this answer.</summary>
    public void WakeOthers()
    {
        foreach (var queue in _queues)
        {
            if (queue.Sender is { } other && other != sender)
            {
                other.Wake();
            }
        }
    }

    private static PartitionQueue[] QueuesOf(List<ProducerBatch> batches)
    {
        var queues = new PartitionQueue[batches.Count];
        for (var i = 0; i < queues.Length; i++)
        {
            queues[i] = batches[i].Queue;
        }

        return queues;
    }

    private ProduceRequest Request(SentCountdown released)
    {
        var request = new ProduceRequest
        {
            TransactionalId = null,
            Acks = (short)context.Acks,
            TimeoutMs = (int)Math.Min(context.RequestTimeout.TotalMilliseconds, int.MaxValue),
        };
        List<RecordMemory> held = new(batches.Count);
        try
        {
            foreach (var batch in batches)
            {
                if (batch.Attempts == 1)
                {
                    context.Metrics.Sent(batch.Queue.Topic, context.Time.GetElapsedTime(batch.OpenedAt));
                }

                held.Add(batch.Hold(released));
                TopicOf(request, batch.Queue.Topic).PartitionData.Add(new ProduceRequest.PartitionProduceData
                {
                    Index = batch.Queue.Partition,
                    Records = new RecordSlice(held[^1]),
                });
            }
        }
        catch
        {
            foreach (var memory in held)
            {
                memory.Release(sent: false);
            }

            throw;
        }

        return request;
    }

    private static ProduceRequest.TopicProduceData TopicOf(ProduceRequest request, string name)
    {
        foreach (var topic in request.TopicData)
        {
            if (ReferenceEquals(topic.Name, name))
            {
                return topic;
            }
        }

        var added = new ProduceRequest.TopicProduceData { Name = name };
        request.TopicData.Add(added);
        return added;
    }

    private static bool HasErrors(ProduceResponse response)
    {
        foreach (var topic in response.Responses)
        {
            foreach (var partition in topic.PartitionResponses)
            {
                if (partition.ErrorCode != ErrorCode.None)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Settle(ProduceResponse response)
    {
        foreach (var batch in batches)
        {
            var queue = batch.Queue;
            var answer = Find(response, queue);
            Settle(batch, answer, isFinal: false);
            if (answer.Leader is { LeaderId: >= 0 } leader)
            {
                Follow(response, queue, leader);
            }
        }
    }

    // KIP-951: the answer says who leads. Metadata is asked for all the same.
    private void Follow(ProduceResponse response, PartitionQueue queue, ProduceResponse.LeaderIdAndEpoch leader)
    {
        var node = response.NodeEndpoints.Find(n => n.NodeId == leader.LeaderId);
        var address = node is null ? null : new BrokerNode(node.NodeId, node.Host, node.Port, node.Rack);
        context.Cluster.Metadata.TryMoveLeader(new TopicPartition(queue.Topic, queue.Partition), leader.LeaderId, leader.LeaderEpoch, address);
    }

    private void Settle(in PartitionAnswer answer, bool isFinal = false)
    {
        foreach (var batch in batches)
        {
            Settle(batch, answer, isFinal);
        }
    }

    private static PartitionAnswer Find(ProduceResponse response, PartitionQueue queue)
    {
        foreach (var topic in response.Responses)
        {
            if (topic.Name != queue.Topic)
            {
                continue;
            }

            foreach (var partition in topic.PartitionResponses)
            {
                if (partition.Index == queue.Partition)
                {
                    return new PartitionAnswer(partition.ErrorCode, partition.BaseOffset, partition.LogAppendTimeMs, partition.ErrorMessage)
                    {
                        Leader = partition.ErrorCode is ErrorCode.NotLeaderOrFollower or ErrorCode.FencedLeaderEpoch ? partition.CurrentLeader : null,
                    };
                }
            }
        }

        return new PartitionAnswer(ErrorCode.UnknownServerError, Message: "The broker's answer does not mention the partition.");
    }

    private void Settle(ProducerBatch batch, in PartitionAnswer answer, bool isFinal)
    {
        if (answer.Error.RefreshesMetadata())
        {
            context.Cluster.Metadata.Invalidate();
        }

        var (count, size, topic) = (batch.Count, batch.SentSize, batch.Queue.Topic);
        switch (batch.Queue.Judge(batch, answer, isFinal || sender.IsStopping))
        {
            case BatchVerdict.Succeeded:
                context.Metrics.Delivered(topic, count, size);
                batch.Succeed(answer.BaseOffset, answer.LogAppendTime >= 0 ? answer.LogAppendTime : null);
                batch.Release();
                break;
            case BatchVerdict.Failed:
                context.Fail(batch, new KafkaException(answer.Error, Explain(batch, answer)));
                batch.Release();
                break;
            case BatchVerdict.Split:
                context.Logger.LogWarning(
                    "A batch of {Records} records for {Topic}-{Partition} is too large for broker {Broker} and was split",
                    count, topic, batch.Queue.Partition, connection.Address);
                batch.Release();
                break;
            case BatchVerdict.Late:
                batch.Release();
                break;
            default:
                context.Metrics.Retried(topic);
                context.Logger.LogInformation(
                    "A batch of {Records} records for {Topic}-{Partition} is sent again after {Error} (attempt {Attempt})",
                    count, topic, batch.Queue.Partition, answer.Error.Name(), batch.Attempts);
                break;
        }
    }

    private static string Explain(ProducerBatch batch, in PartitionAnswer answer)
    {
        var attempts = batch.Attempts == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" after {batch.Attempts} attempts");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Records for {batch.Queue.Topic}-{batch.Queue.Partition} were refused{attempts}: {answer.Error.Name()}. "
            + $"{answer.Message ?? answer.Error.Description()}");
    }
}
