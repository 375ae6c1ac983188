using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Samsa.Broker.Metrics;

/// <summary>
/// Writes the Prometheus text exposition format 0.0.4 into a buffer. Not thread-safe; one per scrape.
/// All samples of a family must be written after its <see cref="Begin"/> and before the next one.
/// </summary>
public sealed class PrometheusWriter
{
    /// <summary>The media type of what this class writes.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly SearchValues<char> CharactersToEscape = SearchValues.Create("\\\"\n");

    private readonly IBufferWriter<byte> _output;
    private MetricFamily? _family;

    /// <summary>Creates a writer.</summary>
    /// <param name="output">Receives UTF-8 text.</param>
    public PrometheusWriter(IBufferWriter<byte> output) => _output = output;

    /// <summary>Writes the two lines that open a family.</summary>
    public void Begin(MetricFamily family)
    {
        _family = family;
        Text("# HELP ");
        Text(family.PrometheusName);
        Text(" ");
        Text(family.Help);
        Text("\n# TYPE ");
        Text(family.PrometheusName);
        Text(family.Kind switch
        {
            MetricKind.Counter => " counter\n",
            MetricKind.Gauge => " gauge\n",
            _ => " summary\n",
        });
    }

    /// <summary>Writes one sample of the family that was begun.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="labelValues">The values of the family's labels in their order; fewer leave out the last labels.</param>
    public void Sample(double value, params ReadOnlySpan<string> labelValues) => Sample("", null, value, labelValues);

    /// <summary>Writes quantiles, sum and count of one distribution.</summary>
    /// <param name="histogram">The distribution.</param>
    /// <param name="unit">How many of the histogram's units make one of the family's units, such as 1000 for microseconds
    /// shown in milliseconds.</param>
    /// <param name="timestamp">The current moment.</param>
    /// <param name="labelValues">The values of the family's labels.</param>
    public void Distribution(Histogram histogram, double unit, long timestamp, params ReadOnlySpan<string> labelValues)
    {
        ReadOnlySpan<double> quantiles = [0.5, 0.75, 0.95, 0.98, 0.99, 0.999];
        Span<double> values = stackalloc double[quantiles.Length];
        histogram.GetQuantiles(quantiles, values, timestamp);
        for (int i = 0; i < quantiles.Length; i++)
            Sample("", quantiles[i].ToString(CultureInfo.InvariantCulture), values[i] / unit, labelValues);
        Sample("_sum", null, histogram.Sum / unit, labelValues);
        Sample("_count", null, histogram.Count, labelValues);
    }

    private void Sample(string suffix, string? quantile, double value, ReadOnlySpan<string> labelValues)
    {
        MetricFamily family = _family ?? throw new InvalidOperationException("Begin a family before its samples.");
        Text(family.PrometheusName);
        Text(suffix);
        char separator = '{';
        for (int i = 0; i < labelValues.Length; i++)
            Label(ref separator, family.Labels[i], labelValues[i]);
        if (quantile is not null)
            Label(ref separator, "quantile", quantile);
        Text(separator == '{' ? " " : "} ");
        Number(value);
        Text("\n");
    }

    private void Label(ref char separator, string name, string value)
    {
        Text(separator == '{' ? "{" : ",");
        separator = ',';
        Text(name);
        Text("=\"");
        Text(value.AsSpan().ContainsAny(CharactersToEscape) ? Escape(value) : value);
        Text("\"");
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);

    private void Number(double value)
    {
        Span<byte> span = _output.GetSpan(32);
        if (double.IsFinite(value))
        {
            int written;
            bool fits = value == Math.Floor(value) && Math.Abs(value) < 1e15
                ? Utf8Formatter.TryFormat((long)value, span, out written)
                : value.TryFormat(span, out written, provider: CultureInfo.InvariantCulture);
            if (!fits)
                throw new InvalidOperationException("A number takes at most 32 characters.");
            _output.Advance(written);
        }
        else
        {
            Text(double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
        }
    }

    private void Text(string text) => Encoding.UTF8.GetBytes(text, _output);
}
