namespace Samsa.Fuzz.Files;

/// <summary>A clock that only moves when it is told to; timers that come due fire on the thread that moves it, in order.</summary>
internal sealed class ManualClock : TimeProvider
{
    /// <summary>When the clock starts, in Unix milliseconds.</summary>
    public const long Start = 1_795_220_000_000;

    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = DateTimeOffset.FromUnixTimeMilliseconds(Start);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (TakeDue(end) is { } timer)
        {
            timer.Fire();
        }

        lock (_lock)
        {
            _now = end > _now ? end : _now;
        }
    }

    private ManualTimer? TakeDue(DateTimeOffset end)
    {
        lock (_lock)
        {
            ManualTimer? due = null;
            foreach (var timer in _timers)
            {
                due = timer.Due <= end && (due is null || timer.Due < due.Due) ? timer : due;
            }

            if (due is not null)
            {
                _now = due.Due > _now ? due.Due : _now;
                due.Reschedule();
            }

            return due;
        }
    }

    private sealed class ManualTimer(ManualClock owner, Action callback) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback();

        public void Reschedule()
        {
            if (_period <= TimeSpan.Zero)
            {
                owner._timers.Remove(this);
            }

            Due += _period;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._lock)
            {
                owner._timers.Remove(this);
                _period = period;
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = owner._now + dueTime;
                    owner._timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
