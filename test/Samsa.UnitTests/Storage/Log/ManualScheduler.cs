using Samsa.Storage;

namespace Samsa.UnitTests.Storage.Log;

/// <summary>Keeps delayed work until a test runs it.</summary>
internal sealed class ManualScheduler : IStorageScheduler
{
    private readonly Lock _lock = new();
    private readonly List<(TimeSpan Delay, Action Work)> _waiting = [];

    public IReadOnlyList<TimeSpan> Delays
    {
        get
        {
            lock (_lock)
            {
                return [.. _waiting.Select(entry => entry.Delay)];
            }
        }
    }

    public void Schedule(TimeSpan delay, Action work)
    {
        lock (_lock)
        {
            _waiting.Add((delay, work));
        }
    }

    /// <summary>Forgets what is waiting, as a crash does.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _waiting.Clear();
        }
    }

    /// <summary>Runs what is due within <paramref name="within"/>, everything by default.</summary>
    public void Run(TimeSpan? within = null)
    {
        List<Action> due;
        lock (_lock)
        {
            var limit = within ?? TimeSpan.MaxValue;
            due = [.. _waiting.Where(entry => entry.Delay <= limit).Select(entry => entry.Work)];
            _waiting.RemoveAll(entry => entry.Delay <= limit);
        }

        foreach (var work in due)
        {
            work();
        }
    }
}
