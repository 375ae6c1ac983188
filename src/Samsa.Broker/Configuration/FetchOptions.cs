namespace Samsa.Broker.Configuration;

/// <summary>The keys of Fetch.</summary>
public sealed class FetchOptions
{
    internal FetchOptions(ConfigValues values)
    {
        MaxBytes = values.GetInt(BrokerKeys.FetchMaxBytes);
        SessionSlots = values.GetInt(BrokerKeys.MaxIncrementalFetchSessionCacheSlots);
    }

    /// <summary><c>fetch.max.bytes</c>: most bytes of one answer.</summary>
    public int MaxBytes { get; }

    /// <summary><c>max.incremental.fetch.session.cache.slots</c>.</summary>
    public int SessionSlots { get; }
}
