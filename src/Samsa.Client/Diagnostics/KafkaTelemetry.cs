namespace Samsa.Client.Diagnostics;

/// <summary>
/// The names under which every client shows what it does; docs/metrics.md lists the instruments, docs/decisions/0026-client-telemetry-and-hosting.md the spans.
/// </summary>
/// <example>
/// <code>
/// services.AddOpenTelemetry()
///     .WithMetrics(m => m.AddMeter(KafkaTelemetry.MeterName))
///     .WithTracing(t => t.AddSource(KafkaTelemetry.ActivitySourceName));
/// </code>
/// </example>
public static class KafkaTelemetry
{
    /// <summary>The name of the <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string MeterName = "Samsa.Client";

    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/>.</summary>
    public const string ActivitySourceName = "Samsa.Client";
}
