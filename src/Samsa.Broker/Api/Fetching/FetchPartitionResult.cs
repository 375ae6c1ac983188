using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage.Files;

namespace Samsa.Broker.Api.Fetching;

/// <summary>What was read of one partition for one fetch. Owns its region until the response takes it over.</summary>
public sealed class FetchPartitionResult(FetchPartition request) : IDisposable
{
    /// <summary>What was asked for.</summary>
    public FetchPartition Request { get; } = request;

    /// <summary>The error of this partition.</summary>
    public ErrorCode Error { get; set; }

    /// <summary>Nobody knows the partition; such results neither end a wait nor are waited for.</summary>
    public bool IsUnknown => Error is ErrorCode.UnknownTopicOrPartition or ErrorCode.UnknownTopicId;

    /// <summary>The high watermark, -1 with an error.</summary>
    public long HighWatermark { get; set; } = -1;

    /// <summary>The last stable offset, -1 with an error.</summary>
    public long LastStableOffset { get; set; } = -1;

    /// <summary>The log start offset, -1 with an error.</summary>
    public long LogStartOffset { get; set; } = -1;

    /// <summary>Where the client's log departs from ours (KIP-595), for a follower that must truncate.</summary>
    public FetchResponse.EpochEndOffset? Diverging { get; set; }

    /// <summary>The batches, null for none.</summary>
    public FileRegion? Region { get; set; }

    /// <summary>Batches that had to be rewritten for an old client, null for none.</summary>
    public ReadOnlyMemory<byte>? Converted { get; set; }

    /// <summary>How many records were rewritten.</summary>
    public int ConvertedRecords { get; set; }

    /// <summary>The transactions aborted within the batches; null unless read_committed was asked for.</summary>
    public List<FetchResponse.AbortedTransaction>? Aborted { get; set; }

    /// <summary>The bytes of records in the answer.</summary>
    public int Length => Converted?.Length ?? Region?.Length ?? 0;

    /// <summary>Lets go of the region when it is not going to be sent.</summary>
    public void Dispose()
    {
        Region?.Dispose();
        Region = null;
    }
}
