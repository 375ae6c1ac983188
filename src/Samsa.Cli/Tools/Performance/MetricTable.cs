using System.Diagnostics.Metrics;
using System.Globalization;

namespace Samsa.Cli.Tools.Performance;

/// <summary>
/// What the client of a tool counts, for <c>--print-metrics</c>: listens to its meter from the start and prints the table at the end.
/// Entered by every thread that counts; lives with the client.
/// </summary>
internal sealed class MetricTable : IDisposable
{
    private const string MeterName = "Samsa.Client";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Sum> _sums = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public MetricTable()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Prints a line for each name and its tags; a histogram is a count, an average and a maximum.</summary>
    public void Print(TextWriter output)
    {
        _listener.RecordObservableInstruments();
        List<(string Name, string Value)> rows = [];
        lock (_gate)
        {
            foreach (var (name, sum) in _sums)
                rows.AddRange(sum.Rows(name));
        }

        int width = rows.Select(r => r.Name.Length).DefaultIfEmpty(0).Max();
        output.WriteLine();
        output.WriteLine($"{"Metric Name".PadRight(width)}   Value");
        foreach (var (name, value) in rows)
            output.WriteLine($"{name.PadRight(width)} : {value}");
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        List<string> texts = [];
        foreach (var (key, tag) in tags)
            texts.Add(string.Create(CultureInfo.InvariantCulture, $"{key}={tag}"));
        string name = $":{{{string.Join(", ", texts)}}}";
        lock (_gate)
        {
            if (!_sums.TryGetValue(instrument.Name + name, out var sum))
                _sums.Add(instrument.Name + name, sum = new Sum(instrument, name));
            sum.Add(value);
        }
    }

    private sealed class Sum(Instrument instrument, string tags)
    {
        private readonly bool _isHistogram = instrument.GetType().Name.StartsWith(nameof(Histogram<>), StringComparison.Ordinal);
        private long _count;
        private double _sum;
        private double _max;
        private double _last;

        public void Add(double value)
        {
            _count++;
            _sum += value;
            _max = Math.Max(_max, value);
            _last = value;
        }

        public IEnumerable<(string Name, string Value)> Rows(string name)
        {
            if (_isHistogram)
            {
                yield return ($"{instrument.Name}-avg{tags}", Text(_sum / _count));
                yield return ($"{instrument.Name}-count{tags}", Text(_count));
                yield return ($"{instrument.Name}-max{tags}", Text(_max));
            }
            else
            {
                // What is observed is a state; what is counted adds up.
                yield return (name, Text(instrument.IsObservable ? _last : _sum));
            }
        }

        private static string Text(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
    }
}
