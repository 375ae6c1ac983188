namespace Samsa.Client.Consumer.Parallel;

/// <summary>Records that wait for each other, in their order; the first one may be in work. Guarded by its queue's lock.</summary>
internal sealed class WorkLane<TKey, TValue>(LaneKey? key)
{
    private PendingRecord<TKey, TValue>? _last;

    /// <summary>By what others find it; null for a record that waits for none.</summary>
    public LaneKey? Key => key;

    public PendingRecord<TKey, TValue>? First { get; private set; }

    public void Add(PendingRecord<TKey, TValue> pending)
    {
        if (_last is null)
        {
            First = pending;
        }
        else
        {
            _last.Next = pending;
        }

        _last = pending;
    }

    public void RemoveFirst()
    {
        First = First!.Next;
        if (First is null)
        {
            _last = null;
        }
    }
}
