namespace Samsa.Broker.Metadata;

/// <summary>
/// Owns: the block of producer ids that this broker hands out from; ids are unique in the cluster and over restarts,
/// because a block is recorded as used before its first id leaves.
/// Threads: any.
/// Lifetime: the broker's; ids left in a block at the end are lost, as in Kafka.
/// Failure: an error of the metadata store reaches the caller; the next call tries again.
/// </summary>
public sealed class ProducerIds(IClusterMetadata metadata) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private long _next;
    private long _end;

    /// <summary>The next id.</summary>
    public async ValueTask<long> NextAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_next == _end)
            {
                var (first, length) = await metadata.AllocateProducerIdsAsync().ConfigureAwait(false);
                _next = first;
                _end = first + length;
            }

            return _next++;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();
}
