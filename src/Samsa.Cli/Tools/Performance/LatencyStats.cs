using System.Globalization;

namespace Samsa.Cli.Tools.Performance;

/// <summary>
/// What a run of <c>kafka-producer-perf-test</c> measures: counts, and the latencies of at most <see cref="MostSamples"/> records, taken evenly.
/// Entered by the sender and by whoever hears of deliveries, under one lock; prints progress whenever an interval is over.
/// </summary>
internal sealed class LatencyStats
{
    private const int MostSamples = 500_000;
    private const double BytesPerMegabyte = 1024 * 1024;

    private static readonly double[] Quantiles = [0.5, 0.95, 0.99, 0.999];

    private readonly Lock _gate = new();
    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly string _kind;
    private readonly long _interval;
    private readonly long _start;
    private readonly long _sampling;
    private readonly int[] _samples;
    private int _sampled;
    private long _count;
    private long _bytes;
    private long _totalLatency;
    private int _maxLatency;
    private long _windowStart;
    private long _windowCount;
    private long _windowBytes;
    private long _windowLatency;
    private int _windowMax;
    private bool _isQuiet;

    /// <param name="records">How many there will be.</param>
    /// <param name="interval">After how many ms progress is printed.</param>
    /// <param name="isSteadyState">Whether it is what follows the warm-up, and says so.</param>
    /// <param name="output">Where.</param>
    /// <param name="time">The clock.</param>
    public LatencyStats(long records, long interval, bool isSteadyState, TextWriter output, TimeProvider time)
    {
        _output = output;
        _time = time;
        _interval = interval;
        _kind = isSteadyState ? " steady state" : "";
        _start = _windowStart = Now;
        _sampling = Math.Max(1, records / Math.Min(records, MostSamples));
        _samples = new int[records / _sampling + 1];
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>No more progress; the summary comes nevertheless.</summary>
    public void BeQuiet()
    {
        lock (_gate)
            _isQuiet = true;
    }

    /// <summary>Counts a record that was acknowledged.</summary>
    /// <param name="latency">After how many ms.</param>
    /// <param name="bytes">The size of its value.</param>
    /// <param name="now">When, in ms since 1970.</param>
    public void Record(int latency, int bytes, long now)
    {
        lock (_gate)
        {
            if (_count % _sampling == 0 && _sampled < _samples.Length)
                _samples[_sampled++] = latency;
            _count++;
            _bytes += bytes;
            _totalLatency += latency;
            _maxLatency = Math.Max(_maxLatency, latency);
            _windowCount++;
            _windowBytes += bytes;
            _windowLatency += latency;
            _windowMax = Math.Max(_windowMax, latency);
            if (now - _windowStart >= _interval)
                EndWindow();
        }
    }

    /// <summary>Prints the summary.</summary>
    public void PrintTotal()
    {
        lock (_gate)
        {
            double seconds = (Now - _start) / 1000.0;
            Array.Sort(_samples, 0, _sampled);
            string quantiles = string.Join(", ", Quantiles.Zip(
                ["50th", "95th", "99th", "99.9th"], (quantile, name) => $"{_samples[(int)(quantile * _sampled)]} ms {name}"));
            Print(string.Create(
                CultureInfo.InvariantCulture,
                $"{_count}{_kind} records sent, {_count / seconds:F6} records/sec ({_bytes / seconds / BytesPerMegabyte:F2} MB/sec), "
                + $"{_totalLatency / (double)_count:F2} ms avg latency, {(double)_maxLatency:F2} ms max latency, {quantiles}."));
        }
    }

    private void EndWindow()
    {
        if (_kind.Length > 0 && _count == _windowCount)
            Print("In steady state.");
        if (!_isQuiet)
        {
            double seconds = (Now - _windowStart) / 1000.0;
            Print(string.Create(
                CultureInfo.InvariantCulture,
                $"{_windowCount} records sent, {_windowCount / seconds:F1} records/sec ({_windowBytes / seconds / BytesPerMegabyte:F2} MB/sec), "
                + $"{_windowLatency / (double)_windowCount:F1} ms avg latency, {(double)_windowMax:F1} ms max latency."));
        }

        _windowStart = Now;
        _windowCount = _windowBytes = _windowLatency = _windowMax = 0;
    }

    // Whoever tells of failures writes to the same console.
    private void Print(string line)
    {
        lock (_output)
        {
            _output.WriteLine(line);
            _output.Flush();
        }
    }
}
