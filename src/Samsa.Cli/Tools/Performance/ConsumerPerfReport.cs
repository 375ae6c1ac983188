using System.Globalization;

namespace Samsa.Cli.Tools.Performance;

/// <summary>What <c>kafka-consumer-perf-test</c> counts and prints: one line at the end, or one for each interval. One caller at a time; times are ms since 1970.</summary>
/// <param name="output">Where it prints.</param>
/// <param name="dates">How it prints times.</param>
/// <param name="isDetailed">Whether it prints the intervals.</param>
/// <param name="interval">Their length in ms.</param>
internal sealed class ConsumerPerfReport(TextWriter output, JavaDateFormat dates, bool isDetailed, long interval)
{
    private const double BytesPerMegabyte = 1024 * 1024;
    private const string Columns = "data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec";

    private long _started;
    private long? _joining;
    private long _rebalance;
    private long _bytes;
    private long _reported;
    private long _reportedRecords;
    private long _reportedBytes;
    private long _rebalanceInInterval;

    /// <summary>The records so far.</summary>
    public long Records { get; private set; }

    /// <summary>Prints the names of the columns.</summary>
    public static void PrintHeader(bool isDetailed, TextWriter output) => output.WriteLine((isDetailed ? "time, threadId, " : "start.time, end.time, ") + Columns);

    /// <summary>The run begins, with the joining of the group.</summary>
    public void Start(long now)
    {
        _started = _reported = now;
        _joining = now;
    }

    /// <summary>Partitions go away; the group is joined anew from now on.</summary>
    public void Revoked(long now) => _joining ??= now;

    /// <summary>The group gave its partitions; the time since they were missing was no reading.</summary>
    public void Assigned(long now)
    {
        long joined = now - (_joining ?? now);
        _joining = null;
        _rebalance += joined;
        _rebalanceInInterval += joined;
    }

    /// <summary>Counts a record; tells of the interval that is over.</summary>
    /// <param name="bytes">Of its key and value.</param>
    /// <param name="now">When it was polled.</param>
    public void Read(int bytes, long now)
    {
        Records++;
        _bytes += bytes;
        if (now - _reported < interval)
            return;
        if (isDetailed)
            PrintInterval(now);
        _rebalanceInInterval = 0;
        _reported = now;
        _reportedRecords = Records;
        _reportedBytes = _bytes;
    }

    /// <summary>Prints the line about the whole run, unless there were lines about its intervals.</summary>
    public void PrintTotal(long now)
    {
        if (isDetailed)
            return;
        double seconds = (now - _started) / 1000.0;
        long fetch = now - _started - _rebalance;
        double megabytes = _bytes / BytesPerMegabyte;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{dates.Format(_started)}, {dates.Format(now)}, {megabytes:F4}, {megabytes / seconds:F4}, {Records}, {Records / seconds:F4}, "
            + $"{_rebalance}, {fetch}, {megabytes / (fetch / 1000.0):F4}, {Records / (fetch / 1000.0):F4}"));
    }

    private void PrintInterval(long now)
    {
        double seconds = (now - _reported) / 1000.0;
        double megabytes = (_bytes - _reportedBytes) / BytesPerMegabyte;
        long records = Records - _reportedRecords;
        long fetch = now - _reported - _rebalanceInInterval;
        double fetchSeconds = fetch / 1000.0;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{dates.Format(now)}, 0, {_bytes / BytesPerMegabyte:F4}, {megabytes / seconds:F4}, {Records}, {records / seconds:F4}, "
            + $"{_rebalanceInInterval}, {fetch}, {(fetch > 0 ? megabytes / fetchSeconds : 0):F4}, {(fetch > 0 ? records / fetchSeconds : 0):F4}"));
        output.Flush();
    }
}
