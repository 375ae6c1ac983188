using Samsa.Storage.Producers;

namespace Samsa.Storage.Compaction;

/// <summary>What must stay in the log so that a producer is still known after the state was rebuilt from it.</summary>
/// <param name="LastOffset">The end of its last batch; -1 when only a marker is known.</param>
/// <param name="Epoch">Its epoch.</param>
internal readonly record struct ProducerTail(long LastOffset, short Epoch)
{
    /// <summary>The tails of all producers that are known, by producer id.</summary>
    internal static Dictionary<long, ProducerTail> Of(ProducerStateManager producers)
    {
        var active = producers.ActiveProducers();
        var tails = new Dictionary<long, ProducerTail>(active.Count);
        foreach (var producer in active)
        {
            tails.Add(producer.ProducerId, new ProducerTail(producer.LastOffset, producer.ProducerEpoch));
        }

        return tails;
    }
}
