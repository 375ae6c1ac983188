using Samsa.Storage;

namespace Samsa.Fuzz.Files;

/// <summary>A scheduler that forgets everything, which is what a stop does to work that waits.</summary>
internal sealed class IdleScheduler : IStorageScheduler
{
    public void Schedule(TimeSpan delay, Action work)
    {
    }
}
