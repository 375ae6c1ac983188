namespace Samsa.Broker.Metadata;

/// <summary>
/// Owns: the block of producer ids that this broker hands out from; ids are unique in the cluster and over restarts,
/// because a block is recorded as used before its first id leaves.
/// Threads: any.
/// Lifetime: the broker's; ids left in a block at the end are lost, as in Kafka.
/// Failure: an error of the metadata store reaches everybody who waits for the same block; the next call tries again.
/// </summary>
public sealed class ProducerIds(IClusterMetadata metadata)
{
    private readonly Lock _lock = new();
    private Task? _refill;
    private long _next;
    private long _end;

    /// <summary>The next id. All who find the block used up wait for one request, so that nobody waits for those before him.</summary>
    /// <exception cref="TimeoutException">There was no new block in time.</exception>
    public async ValueTask<long> NextAsync()
    {
        while (true)
        {
            Task refill;
            lock (_lock)
            {
                if (_next < _end)
                {
                    return _next++;
                }

                refill = _refill ??= Task.Run(RefillAsync);
            }

            await refill.ConfigureAwait(false);
        }
    }

    private async Task RefillAsync()
    {
        try
        {
            var (first, length) = await metadata.AllocateProducerIdsAsync().ConfigureAwait(false);
            lock (_lock)
            {
                (_next, _end) = (first, first + length);
            }
        }
        finally
        {
            lock (_lock)
            {
                _refill = null;
            }
        }
    }
}
