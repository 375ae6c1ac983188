using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Storage;

namespace Samsa.Broker.Api.Fetching;

/// <summary>Reads one partition for one fetch: checks, isolation, region of the log, conversion for old clients.</summary>
public sealed class FetchReader(ReplicaManager replicas)
{
    /// <summary>The replica id of a plain consumer.</summary>
    public const int ConsumerReplicaId = -1;

    /// <summary>The replica id of a debugging consumer, served as a consumer.</summary>
    public const int DebuggingReplicaId = -2;

    /// <summary>Finds the partition that a request names, by id from Fetch v13 on.</summary>
    public Partition? Find(FetchPartition wanted, short version)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return version >= 13
            ? replicas.Find(wanted.Key.TopicId, wanted.Key.Partition)
            : replicas.Find(wanted.Key.Topic, wanted.Key.Partition);
    }

    /// <summary>Reads a partition. At most <paramref name="maxBytes"/>, unless <paramref name="minOneBatch"/> needs more.</summary>
    public FetchPartitionResult Read(FetchPartition wanted, FetchTerms terms, int maxBytes, bool minOneBatch)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(terms);
        var result = new FetchPartitionResult(wanted);
        var partition = Find(wanted, terms.Version);
        if (partition is null)
        {
            result.Error = terms.Version >= 13
                ? replicas.WhyNotFound(wanted.Key.TopicId, wanted.Key.Partition)
                : replicas.WhyNotFound(wanted.Key.Topic, wanted.Key.Partition);
            result.Aborted = [];
            return result;
        }

        if (terms.ReplicaId >= 0)
        {
            // No other broker replicates from this one yet: whoever says so is not in the replica set.
            result.Error = ErrorCode.NotLeaderOrFollower;
            return result;
        }

        result.Error = partition.CheckLeaderEpoch(wanted.CurrentLeaderEpoch);
        if (result.Error != ErrorCode.None)
        {
            return result;
        }

        try
        {
            ReadLog(partition, wanted, terms, maxBytes, minOneBatch, result);
        }
        catch (StorageException e)
        {
            replicas.OnStorageFailure(partition, e);
            Fail(result, ErrorCode.KafkaStorageError);
        }

        return result;
    }

    private static void ReadLog(
        Partition partition, FetchPartition wanted, FetchTerms terms, int maxBytes, bool minOneBatch, FetchPartitionResult result)
    {
        var log = partition.Log;
        if (!partition.IsOnline)
        {
            Fail(result, ErrorCode.KafkaStorageError);
            return;
        }

        if (terms.Version < 10 && log.Config.Compression == CompressionType.Zstd)
        {
            Fail(result, ErrorCode.UnsupportedCompressionType);
            return;
        }

        if (terms.Version < 4 && !log.Config.DownConversion)
        {
            Fail(result, ErrorCode.UnsupportedVersion);
            return;
        }

        result.HighWatermark = log.HighWatermark;
        result.LastStableOffset = log.LastStableOffset;
        result.LogStartOffset = log.LogStartOffset;
        if (wanted.LastFetchedEpoch >= 0 && !CheckDivergence(partition, wanted, result))
        {
            return;
        }

        var end = partition.VisibleEnd(terms.Isolation);
        if (terms.Version < 4)
        {
            FetchDownConverter.Read(log, wanted.FetchOffset, maxBytes, end, minOneBatch, terms.Version, result);
            if (result.Error is not (ErrorCode.None or ErrorCode.UnsupportedCompressionType or ErrorCode.CorruptMessage))
            {
                Fail(result, result.Error);
            }

            return;
        }

        var read = log.Read(wanted.FetchOffset, maxBytes, end, minOneBatch);
        if (read.Error != ErrorCode.None)
        {
            Fail(result, read.Error);
            return;
        }

        if (read.FirstBatchIncomplete)
        {
            // A piece of a batch is of no use: such clients need not be told to ask for more. As in Apache Kafka the list of aborted
            // transactions is then missing, unless there was no room at all.
            result.Aborted = terms.Isolation == FetchIsolation.LastStable && read.Region is null ? [] : null;
            read.Region?.Dispose();
            return;
        }

        result.Region = read.Region;
        if (terms.Isolation == FetchIsolation.LastStable)
        {
            result.Aborted = ListAborted(log, wanted.FetchOffset, end, read);
        }
    }

    /// <summary>KIP-595: a reader whose last epoch ended earlier here than it believes must truncate before it goes on.</summary>
    private static bool CheckDivergence(Partition partition, FetchPartition wanted, FetchPartitionResult result)
    {
        var end = partition.EndOffsetFor(wanted.LastFetchedEpoch);
        if (end.Epoch < 0)
        {
            Fail(result, ErrorCode.OffsetOutOfRange);
            return false;
        }

        if (end.Epoch >= wanted.LastFetchedEpoch && end.EndOffset >= wanted.FetchOffset)
        {
            return true;
        }

        result.Diverging = new FetchResponse.EpochEndOffset { Epoch = end.Epoch, EndOffset = end.EndOffset };
        return false;
    }

    private static List<FetchResponse.AbortedTransaction> ListAborted(PartitionLog log, long fetchOffset, long end, in LogReadResult read)
    {
        var list = new List<FetchResponse.AbortedTransaction>();
        if (read.Region is null)
        {
            return list;
        }

        // Up to the last stable offset rather than the region's end: a client skips what lies ahead of what it got.
        foreach (var aborted in log.ListAbortedTransactions(fetchOffset, end))
        {
            list.Add(new FetchResponse.AbortedTransaction { ProducerId = aborted.ProducerId, FirstOffset = aborted.FirstOffset });
        }

        return list;
    }

    private static void Fail(FetchPartitionResult result, ErrorCode error)
    {
        result.Error = error;
        result.HighWatermark = -1;
        result.LastStableOffset = -1;
        result.LogStartOffset = -1;
    }
}
