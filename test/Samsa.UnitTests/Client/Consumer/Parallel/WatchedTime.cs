using System.Collections.Concurrent;

namespace Samsa.UnitTests.Client.Consumer.Parallel;

/// <summary>The system's clock, which remembers for how long it was asked to wait: that tells when somebody begins to.</summary>
internal sealed class WatchedTime : TimeProvider
{
    private readonly ConcurrentDictionary<TimeSpan, bool> _waits = new();

    public bool IsWaitedFor(TimeSpan time) => _waits.ContainsKey(time);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _waits[dueTime] = true;
        return base.CreateTimer(callback, state, dueTime, period);
    }
}
