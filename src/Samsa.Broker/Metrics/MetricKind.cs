namespace Samsa.Broker.Metrics;

/// <summary>How a metric behaves over time, which decides how Prometheus may compute with it.</summary>
public enum MetricKind
{
    /// <summary>Only grows while the process lives. Kafka calls it a meter; its bean name ends in <c>PerSec</c>.</summary>
    Counter,

    /// <summary>A value of this moment.</summary>
    Gauge,

    /// <summary>A distribution: quantiles of the last minutes, and the count and sum since the start.</summary>
    Summary,
}
