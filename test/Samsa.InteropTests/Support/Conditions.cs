namespace Samsa.InteropTests.Support;

/// <summary>Waiting for something that only asking again can tell.</summary>
internal static class Conditions
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is accepted; fails with the last answer after a generous limit.</summary>
    public static async Task<T> UntilAsync<T>(string what, Func<Task<T>> ask, Func<T, bool> accept)
    {
        TimeProvider time = TimeProvider.System;
        long began = time.GetTimestamp();
        while (true)
        {
            T answer = await ask();
            if (accept(answer))
            {
                return answer;
            }

            if (time.GetElapsedTime(began) > Child.Patience)
            {
                throw new TimeoutException($"Not within {Child.Patience.TotalSeconds} s: {what}. The last answer was {answer}.");
            }

            await Task.Delay(Pause, time);
        }
    }
}
