using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;

namespace Samsa.Broker.Api.Data;

/// <summary>
/// ListOffsets, v0 to v11: the ends of a partition and the first record at or after a time.
/// Without tiered storage -4 is the log start and -5 and -6 find nothing.
/// </summary>
public sealed class ListOffsetsHandler(ReplicaManager replicas, TimeProvider time)
{
    private const long Latest = -1;
    private const long Earliest = -2;
    private const long MaxTimestamp = -3;
    private const long EarliestLocal = -4;
    private const long LatestTiered = -5;
    private const long EarliestPendingUpload = -6;

    /// <summary>Answers from the logs at once.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, ListOffsetsRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var response = new ListOffsetsResponse();
        foreach (var topic in request.Topics)
        {
            if (topic.Partitions.Count == 0)
            {
                continue;
            }

            var answers = new ListOffsetsResponse.ListOffsetsTopicResponse { Name = topic.Name };
            response.Topics.Add(answers);
            foreach (var (index, mentions) in topic.Partitions.CountBy(wanted => wanted.PartitionIndex))
            {
                // Naming a partition twice is a mistake that Kafka answers for that partition alone, and once.
                answers.Partitions.Add(
                    request.IsolationLevel is not (0 or 1) ? Failed(index, ErrorCode.UnknownServerError)
                    : mentions > 1 ? Failed(index, ErrorCode.InvalidRequest)
                    : Look(context.ApiVersion, request, topic.Name, topic.Partitions.Find(wanted => wanted.PartitionIndex == index)!));
            }
        }

        return new ValueTask<IMessage?>(response);
    }

    private ListOffsetsResponse.ListOffsetsPartitionResponse Look(
        short version, ListOffsetsRequest request, string topic, ListOffsetsRequest.ListOffsetsPartition wanted)
    {
        var partition = replicas.Find(topic, wanted.PartitionIndex);
        if (partition is null)
        {
            return Failed(wanted.PartitionIndex, replicas.WhyNotFound(topic, wanted.PartitionIndex));
        }

        if (partition.CheckLeaderEpoch(wanted.CurrentLeaderEpoch) is var error and not ErrorCode.None)
        {
            return Failed(wanted.PartitionIndex, error);
        }

        if (wanted.Timestamp < 0 && !Supports(version, wanted.Timestamp))
        {
            return Failed(wanted.PartitionIndex, ErrorCode.UnsupportedVersion);
        }

        if (!partition.IsOnline)
        {
            return Failed(wanted.PartitionIndex, ErrorCode.KafkaStorageError);
        }

        try
        {
            return version == 0
                ? LookV0(partition, wanted)
                : Found(version, wanted.PartitionIndex, Find(partition, request.IsolationLevel, wanted.Timestamp));
        }
        catch (StorageException e)
        {
            replicas.OnStorageFailure(partition, e);
            return Failed(wanted.PartitionIndex, ErrorCode.KafkaStorageError);
        }
    }

    private static bool Supports(short version, long timestamp) => timestamp switch
    {
        Latest or Earliest => true,
        MaxTimestamp => version >= 7,
        EarliestLocal => version >= 8,
        LatestTiered => version >= 9,
        EarliestPendingUpload => version >= 11,
        _ => false,
    };

    private static Position Find(Partition partition, sbyte isolationLevel, long timestamp)
    {
        var log = partition.Log;
        var end = isolationLevel == 1 ? log.LastStableOffset : log.HighWatermark;
        switch (timestamp)
        {
            case Latest:
                return new Position(end, -1, partition.LeaderEpoch);
            case Earliest or EarliestLocal:
                return new Position(log.LogStartOffset, -1, partition.EpochForOffset(log.LogStartOffset));
            case LatestTiered or EarliestPendingUpload:
                return Position.None;
            case MaxTimestamp:
                return log.MaxTimestamp() is { } newest && newest.Offset < end
                    ? new Position(newest.Offset, newest.Timestamp, partition.LeaderEpoch)
                    : Position.None;
            default:
                var found = log.OffsetForTimestamp(timestamp);
                return found is { } record && record.Offset < end
                    ? new Position(record.Offset, record.Timestamp, partition.EpochForOffset(record.Offset))
                    : Position.None;
        }
    }

    /// <summary>
    /// v0 asks for segment boundaries below a time, newest first, at most as many as wanted; the high watermark counts as one
    /// that was written just now.
    /// </summary>
    private ListOffsetsResponse.ListOffsetsPartitionResponse LookV0(
        Partition partition, ListOffsetsRequest.ListOffsetsPartition wanted)
    {
        var answer = new ListOffsetsResponse.ListOffsetsPartitionResponse { PartitionIndex = wanted.PartitionIndex };
        var log = partition.Log;
        var boundaries = log.Boundaries();
        if (wanted.Timestamp == Earliest)
        {
            answer.OldStyleOffsets.Add(log.LogStartOffset);
            return answer;
        }

        var end = log.HighWatermark;
        if ((boundaries.Count == 0 || boundaries[^1].BaseOffset < end) && IsWanted(time.GetUtcNow()))
        {
            answer.OldStyleOffsets.Add(end);
        }

        for (var i = boundaries.Count - 1; i >= 0; i--)
        {
            if (IsWanted(boundaries[i].LastWritten))
            {
                answer.OldStyleOffsets.Add(boundaries[i].BaseOffset);
            }
        }

        var most = Math.Max(0, wanted.MaxNumOffsets);
        if (answer.OldStyleOffsets.Count > most)
        {
            answer.OldStyleOffsets.RemoveRange(most, answer.OldStyleOffsets.Count - most);
        }

        return answer;

        bool IsWanted(DateTimeOffset written) => wanted.Timestamp == Latest || written.ToUnixTimeMilliseconds() <= wanted.Timestamp;
    }

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Found(short version, int index, Position position) => new()
    {
        PartitionIndex = index,
        Offset = position.Offset,
        Timestamp = position.Timestamp,
        LeaderEpoch = version >= 4 ? position.LeaderEpoch : -1,
    };

    private static ListOffsetsResponse.ListOffsetsPartitionResponse Failed(int index, ErrorCode error) =>
        new() { PartitionIndex = index, ErrorCode = error };

    private readonly record struct Position(long Offset, long Timestamp, int LeaderEpoch)
    {
        public static Position None => new(-1, -1, -1);
    }
}
