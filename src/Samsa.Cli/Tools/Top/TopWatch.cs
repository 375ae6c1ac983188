using Samsa.Client;

namespace Samsa.Cli.Tools.Top;

/// <summary>Looks again and again, and keeps the look before for the rates. One caller.</summary>
internal sealed class TopWatch(TopReader reader, TimeSpan interval, bool byPartition, TimeProvider time)
{
    private TopSample? _last;
    private TopView _view = new([]);

    /// <summary>The pause between two looks.</summary>
    public TimeSpan Interval => interval;

    /// <summary>Waits until it is time for the next look.</summary>
    public Task WaitAsync(CancellationToken cancellation) => Task.Delay(interval, time, cancellation);

    /// <summary>Looks.</summary>
    /// <exception cref="KafkaException">The cluster does not answer.</exception>
    public async Task<TopView> LookAsync(CancellationToken cancellation)
    {
        var now = await reader.ReadAsync(cancellation);
        _view = TopView.Of(_last, now, _last is { } before ? time.GetElapsedTime(before.Timestamp, now.Timestamp) : interval, byPartition);
        _last = now;
        return _view;
    }

    /// <summary>Looks; a cluster that does not answer is the problem of what is shown, and what was seen before stays.</summary>
    public async Task<TopView> TryLookAsync(CancellationToken cancellation)
    {
        try
        {
            return await LookAsync(cancellation);
        }
        catch (KafkaException e)
        {
            return _view = _view with { Problem = e.Message };
        }
    }
}
