using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Samsa.Client.Diagnostics;

namespace Samsa.UnitTests.Client.Diagnostics;

/// <summary>What the client measures while this lives. Measurements come from any thread.</summary>
internal sealed class MeasurementLog : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measured> _all = new();

    public MeasurementLog()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == KafkaTelemetry.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public List<Measured> Of(string instrument) => [.. _all.Where(m => m.Instrument.Name == instrument)];

    public double Sum(string instrument, params (string Key, object? Value)[] tags) =>
        Of(instrument).Where(m => tags.All(t => Equals(m.Tags.GetValueOrDefault(t.Key), t.Value))).Sum(m => m.Value);

    /// <summary>Asks what is measured only when somebody looks.</summary>
    public void Look() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _all.Enqueue(new Measured(instrument, value, new Dictionary<string, object?>(tags.ToArray())));

    internal sealed record Measured(Instrument Instrument, double Value, Dictionary<string, object?> Tags);
}
