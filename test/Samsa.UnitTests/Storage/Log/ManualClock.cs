namespace Samsa.UnitTests.Storage.Log;

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class ManualClock(long milliseconds) : TimeProvider
{
    private long _now = milliseconds;

    public long Now => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Now);

    public void Advance(long milliseconds) => Interlocked.Add(ref _now, milliseconds);
}
