namespace Samsa.Storage.Segments;

/// <summary>
/// The largest timestamp of a segment and the last offset of the batch that brought it. One writer, under the log's lock;
/// readers on any thread see the two together without a lock.
/// </summary>
internal sealed class NewestTimestamp
{
    // Odd while the pair is being changed.
    private int _version;
    private long _timestamp;
    private long _offset;

    internal NewestTimestamp(TimestampOffset value) => (_timestamp, _offset) = (value.Timestamp, value.Offset);

    internal TimestampOffset Value
    {
        get
        {
            while (true)
            {
                var version = Volatile.Read(ref _version);
                var value = new TimestampOffset(Volatile.Read(ref _timestamp), Volatile.Read(ref _offset));
                if (version % 2 == 0 && version == Volatile.Read(ref _version))
                {
                    return value;
                }
            }
        }
    }

    internal void Set(long timestamp, long offset)
    {
        Interlocked.Increment(ref _version);
        Volatile.Write(ref _timestamp, timestamp);
        Volatile.Write(ref _offset, offset);
        Interlocked.Increment(ref _version);
    }

    /// <summary>Takes a batch in when its timestamp is larger.</summary>
    internal void Raise(long timestamp, long offset)
    {
        if (timestamp > _timestamp)
        {
            Set(timestamp, offset);
        }
    }
}
