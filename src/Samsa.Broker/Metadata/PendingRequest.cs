namespace Samsa.Broker.Metadata;

/// <summary>
/// Something that a caller asked of the metadata and waits for, though not for ever. Who begins it and who gives it up meet here, and one of them comes
/// first: what was given up before it was begun is never done. Any thread.
/// </summary>
internal abstract class PendingRequest
{
    private const int Begun = 1;
    private const int GivenUp = 2;

    private int _state;

    /// <summary>Nobody waits any more.</summary>
    public bool IsGivenUp => (Volatile.Read(ref _state) & GivenUp) != 0;

    /// <summary>True when it is to be done now. False when nobody waits any more: it is dropped.</summary>
    public bool TryBegin() => (Interlocked.Or(ref _state, Begun) & GivenUp) == 0;

    /// <summary>The caller goes. True when nothing was begun, and so nothing will be done.</summary>
    public bool GiveUp() => (Interlocked.Or(ref _state, GivenUp) & Begun) == 0;

    /// <summary>It could not be done.</summary>
    public abstract void Fail(Exception exception);
}
