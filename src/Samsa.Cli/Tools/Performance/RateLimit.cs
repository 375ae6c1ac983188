namespace Samsa.Cli.Tools.Performance;

/// <summary>
/// Holds a sender back to a rate. One caller; waits are at least two milliseconds, because shorter ones cannot be kept: a high rate goes
/// in small bursts.
/// </summary>
/// <param name="perSecond">The rate; negative for none, 0 for nothing at all after the first.</param>
/// <param name="time">The clock.</param>
internal sealed class RateLimit(double perSecond, TimeProvider time)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(2);

    private readonly long _start = time.GetTimestamp();

    /// <summary>Waits until another one may follow.</summary>
    /// <param name="sent">How many there were.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask WaitAsync(long sent, CancellationToken cancellation)
    {
        if (perSecond < 0)
            return ValueTask.CompletedTask;
        if (perSecond == 0)
            return new ValueTask(Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation));
        double ahead = sent / perSecond - time.GetElapsedTime(_start).TotalSeconds;
        return ahead < ShortestWait.TotalSeconds
            ? ValueTask.CompletedTask
            : new ValueTask(Task.Delay(TimeSpan.FromSeconds(ahead), time, cancellation));
    }
}
