using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;
using Samsa.Storage.Directories;

namespace Samsa.Broker.Api.Admin;

/// <summary>
/// DescribeLogDirs, v0 to v5: what lies in each log directory. No replica moves between directories, so the lag is 0 and nothing is
/// a future log.
/// </summary>
public sealed class DescribeLogDirsHandler(IClusterMetadata metadata, LogManager logs)
{
    /// <summary>Serves one request.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeLogDirsRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var wanted = request.Topics == null ? null : new HashSet<TopicPartition>();
        foreach (var topic in request.Topics ?? [])
        {
            foreach (var partition in topic.Partitions)
            {
                wanted!.Add(new TopicPartition(topic.Topic, partition));
            }
        }

        var cordoned = metadata.BrokerConfig.Values.GetList(BrokerKeys.CordonedLogDirs);
        var response = new DescribeLogDirsResponse();
        foreach (var directory in logs.Directories)
        {
            response.Results.Add(Describe(directory, wanted, cordoned));
        }

        return new ValueTask<IMessage?>(response);
    }

    private static DescribeLogDirsResponse.DescribeLogDirsResult Describe(
        LogDirectory directory, HashSet<TopicPartition>? wanted, string[] cordoned)
    {
        var result = new DescribeLogDirsResponse.DescribeLogDirsResult
        {
            LogDir = Path.GetFullPath(directory.Path),
            IsCordoned = cordoned.Contains("*") || cordoned.Contains(directory.Path),
        };
        try
        {
            if (directory.IsOnline)
            {
                (result.TotalBytes, result.UsableBytes) = directory.Space();
                AddLogs(result.Topics, directory, wanted);
                return result;
            }
        }
        catch (StorageException)
        {
            // The disk fails while it is asked: the same answer as for one that has failed.
        }

        result.ErrorCode = ErrorCode.KafkaStorageError;
        return result;
    }

    private static void AddLogs(
        List<DescribeLogDirsResponse.DescribeLogDirsTopic> topics, LogDirectory directory, HashSet<TopicPartition>? wanted)
    {
        var logs = directory.Logs.Where(log => wanted == null || wanted.Contains(log.TopicPartition))
            .OrderBy(log => log.TopicPartition.Topic, StringComparer.Ordinal).ThenBy(log => log.TopicPartition.Partition);
        foreach (var log in logs)
        {
            if (topics.Count == 0 || topics[^1].Name != log.TopicPartition.Topic)
            {
                topics.Add(new DescribeLogDirsResponse.DescribeLogDirsTopic { Name = log.TopicPartition.Topic });
            }

            topics[^1].Partitions.Add(new DescribeLogDirsResponse.DescribeLogDirsPartition
            {
                PartitionIndex = log.TopicPartition.Partition,
                PartitionSize = log.SizeInBytes,
            });
        }
    }
}
