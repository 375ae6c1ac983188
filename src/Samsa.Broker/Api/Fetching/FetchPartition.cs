namespace Samsa.Broker.Api.Fetching;

/// <summary>
/// What a client wants of one partition, and (inside a session) what it was told last, so that an incremental
/// response can leave out what did not change (KIP-227).
/// </summary>
public sealed class FetchPartition(FetchSessionKey key)
{
    /// <summary>The partition as the request names it.</summary>
    public FetchSessionKey Key { get; } = key;

    /// <summary>The first offset wanted.</summary>
    public long FetchOffset { get; set; }

    /// <summary>The bytes wanted at most, more only for a first batch larger than that.</summary>
    public int MaxBytes { get; set; }

    /// <summary>The leader epoch that the client believes in, -1 for no check (KIP-320).</summary>
    public int CurrentLeaderEpoch { get; set; } = -1;

    /// <summary>The epoch of the last record the client has, -1 for none (KIP-595's divergence check).</summary>
    public int LastFetchedEpoch { get; set; } = -1;

    /// <summary>The high watermark last told, -1 for none.</summary>
    public long ToldHighWatermark { get; private set; } = -1;

    /// <summary>The last stable offset last told, -1 for none.</summary>
    public long ToldLastStableOffset { get; private set; } = -1;

    /// <summary>The log start offset last told, -1 for none.</summary>
    public long ToldLogStartOffset { get; private set; } = -1;

    /// <summary>Takes over what a newer request says of the same partition.</summary>
    public void Update(FetchPartition newer)
    {
        ArgumentNullException.ThrowIfNull(newer);
        FetchOffset = newer.FetchOffset;
        MaxBytes = newer.MaxBytes;
        CurrentLeaderEpoch = newer.CurrentLeaderEpoch;
        LastFetchedEpoch = newer.LastFetchedEpoch;
    }

    /// <summary>Remembers what the client is told and says whether it must be told in an incremental response.</summary>
    public bool Tell(FetchPartitionResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var changed = result.Length > 0
            || result.Diverging is not null
            || result.HighWatermark != ToldHighWatermark
            || result.LogStartOffset != ToldLogStartOffset
            || result.LastStableOffset != ToldLastStableOffset
            || result.Error != Samsa.Protocol.ErrorCode.None;
        ToldHighWatermark = result.Error == Samsa.Protocol.ErrorCode.None ? result.HighWatermark : -1;
        ToldLogStartOffset = result.LogStartOffset;
        ToldLastStableOffset = result.LastStableOffset;
        return changed;
    }
}
