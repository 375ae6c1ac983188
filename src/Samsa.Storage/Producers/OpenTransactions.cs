namespace Samsa.Storage.Producers;

/// <summary>
/// Owns the transactions of one partition in the order of their first offsets: the open ones, and those ended by a marker
/// that the high watermark has not passed. Entered beneath the lock of its <see cref="ProducerStateManager"/>. Never fails.
/// </summary>
internal sealed class OpenTransactions
{
    private const long StillOpen = long.MaxValue;

    // First offsets almost always arrive ascending, and few transactions are open at once: a sorted list is enough.
    private readonly List<(long FirstOffset, long ProducerId, long LastOffset)> _transactions = [];

    /// <summary>The first offset that may not be read as committed yet, -1 when there is none.</summary>
    internal long FirstUnstableOffset => _transactions.Count > 0 ? _transactions[0].FirstOffset : -1;

    internal void Begin(long firstOffset, long producerId)
    {
        var index = _transactions.Count;
        while (index > 0 && _transactions[index - 1].FirstOffset > firstOffset)
        {
            index--;
        }

        _transactions.Insert(index, (firstOffset, producerId, StillOpen));
    }

    /// <summary>Notes the marker. The transaction stays unstable until <see cref="Settle"/> passes the marker.</summary>
    internal void End(long firstOffset, long producerId, long markerOffset)
    {
        for (var i = 0; i < _transactions.Count; i++)
        {
            if (_transactions[i].FirstOffset == firstOffset && _transactions[i].ProducerId == producerId)
            {
                _transactions[i] = (firstOffset, producerId, markerOffset);
                return;
            }
        }
    }

    /// <summary>The first offset of the oldest open transaction, else <paramref name="otherwise"/>.</summary>
    internal long FirstOpenOffset(long otherwise)
    {
        foreach (var (firstOffset, _, lastOffset) in _transactions)
        {
            if (lastOffset == StillOpen)
            {
                return firstOffset;
            }
        }

        return otherwise;
    }

    /// <summary>Forgets the ended transactions whose markers lie below <paramref name="offset"/>.</summary>
    internal void Settle(long offset)
    {
        for (var i = _transactions.Count - 1; i >= 0; i--)
        {
            if (_transactions[i].LastOffset < offset)
            {
                _transactions.RemoveAt(i);
            }
        }
    }

    internal void Clear() => _transactions.Clear();
}
