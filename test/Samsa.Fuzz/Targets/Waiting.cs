using Samsa.Fuzz.Files;

namespace Samsa.Fuzz.Targets;

/// <summary>Waits on the thread that runs inputs, and moves the clock of the code under test until what it waits for is done.</summary>
internal static class Waiting
{
    public static void For(Task task, ManualClock clock)
    {
        for (var spins = 0; !task.IsCompleted; spins++)
        {
            // Other threads get a moment of real time before the clock moves on: work that needs no clock comes first.
            if (!((IAsyncResult)task).AsyncWaitHandle.WaitOne(spins < 20 ? 1 : 5))
            {
                clock.Advance(TimeSpan.FromSeconds(1));
            }
        }

        task.GetAwaiter().GetResult();
    }

    public static T For<T>(Task<T> task, ManualClock clock)
    {
        For((Task)task, clock);
        return task.GetAwaiter().GetResult();
    }
}
