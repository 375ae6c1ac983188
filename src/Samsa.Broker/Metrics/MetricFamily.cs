using System.Text;

namespace Samsa.Broker.Metrics;

/// <summary>
/// The declaration of one metric: Kafka's bean name, what it means, and which labels its samples carry. The name under
/// which Prometheus sees it is computed by the rules of the jmx_exporter configuration that public dashboards assume.
/// </summary>
public sealed class MetricFamily
{
    private const string RateSuffix = "PerSec";
    private const string PercentSuffix = "Percent";

    /// <summary>Declares a metric that Kafka has too.</summary>
    /// <param name="group">The bean's domain, such as <c>kafka.server</c>.</param>
    /// <param name="type">The bean's type, such as <c>BrokerTopicMetrics</c>.</param>
    /// <param name="name">The bean's name, such as <c>BytesInPerSec</c>; for attribute beans the attribute.</param>
    /// <param name="kind">How the value behaves.</param>
    /// <param name="help">One sentence with the unit.</param>
    /// <param name="labels">The names of the labels, in the order in which samples give their values.</param>
    public MetricFamily(string group, string type, string name, MetricKind kind, string help, params string[] labels)
        : this(ToPrometheusName(group, type, name, kind), kind, help, labels)
    {
        Group = group;
        Type = type;
        Name = name;
    }

    /// <summary>Declares a metric that only Prometheus names, such as <c>process_open_fds</c>.</summary>
    public MetricFamily(string prometheusName, MetricKind kind, string help, params string[] labels)
    {
        PrometheusName = prometheusName;
        Kind = kind;
        Help = help;
        Labels = labels;
    }

    /// <summary>The domain of Kafka's bean; null where Kafka has none.</summary>
    public string? Group { get; }

    /// <summary>The type of Kafka's bean; null where Kafka has none.</summary>
    public string? Type { get; }

    /// <summary>The name of Kafka's bean; null where Kafka has none.</summary>
    public string? Name { get; }

    /// <summary>The name in the text exposition.</summary>
    public string PrometheusName { get; }

    /// <summary>How the value behaves.</summary>
    public MetricKind Kind { get; }

    /// <summary>One sentence with the unit.</summary>
    public string Help { get; }

    /// <summary>Names of the labels, in the order of a sample's values.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <inheritdoc/>
    public override string ToString() => PrometheusName;

    private static string ToPrometheusName(string group, string type, string name, MetricKind kind)
    {
        var result = new StringBuilder(group.Length + type.Length + name.Length + 8);
        result.Append(group).Append('_').Append(type).Append('_');
        if (name.EndsWith(RateSuffix, StringComparison.Ordinal))
            result.Append(name, 0, name.Length - RateSuffix.Length).Append("_total");
        else if (name.EndsWith(PercentSuffix, StringComparison.Ordinal) && kind == MetricKind.Gauge)
            result.Append(name, 0, name.Length - PercentSuffix.Length).Append("_percent");
        else
            result.Append(name);
        for (int i = 0; i < result.Length; i++)
            result[i] = char.IsAsciiLetterOrDigit(result[i]) ? char.ToLowerInvariant(result[i]) : '_';
        return result.ToString();
    }
}
