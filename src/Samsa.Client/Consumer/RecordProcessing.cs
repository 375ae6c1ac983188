using System.Diagnostics;
using Samsa.Client.Diagnostics;

namespace Samsa.Client.Consumer;

/// <summary>
/// The program's work on one record: a span that goes on with the record's trace, and its duration in <c>messaging.process.duration</c>. Ends
/// when it is disposed. Used by one thread at a time.
/// </summary>
public sealed class RecordProcessing : IDisposable
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private TagList _tags;
    private bool _ended;

    internal RecordProcessing(TimeProvider time, Activity? activity, TagList tags)
    {
        _time = time;
        _start = time.GetTimestamp();
        _tags = tags;
        Activity = activity;
    }

    /// <summary>The span, which is the current activity until the end; null when nobody listens.</summary>
    public Activity? Activity { get; }

    /// <summary>The work has failed.</summary>
    public void Fail(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var type = MessagingTags.ErrorTypeOf(exception);
        Activity?.SetStatus(ActivityStatusCode.Error, exception.Message).AddTag(MessagingTags.ErrorType, type);
        _tags.Add(MessagingTags.ErrorType, type);
    }

    /// <summary>The work is done.</summary>
    public void Dispose()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        Instruments.ProcessDuration.Record(_time.GetElapsedTime(_start).TotalSeconds, _tags);
        Activity?.Dispose();
    }
}
