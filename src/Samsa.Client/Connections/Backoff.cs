namespace Samsa.Client.Connections;

/// <summary>Waits that double from one failure to the next, up to a bound, with 20 % jitter so that many clients do not come at once (KIP-580).</summary>
internal readonly record struct Backoff(TimeSpan First, TimeSpan Longest)
{
    private const double Jitter = 0.2;
    private const int LargestShift = 30;

    /// <param name="failures">The failures in a row so far, at least 1.</param>
    public TimeSpan After(int failures)
    {
        var doubled = First.TotalMilliseconds * (1L << Math.Min(Math.Max(failures, 1) - 1, LargestShift));
        var factor = 1 - Jitter + (Random.Shared.NextDouble() * 2 * Jitter);
        return TimeSpan.FromMilliseconds(Math.Min(doubled * factor, Math.Max(Longest.TotalMilliseconds, First.TotalMilliseconds)));
    }
}
