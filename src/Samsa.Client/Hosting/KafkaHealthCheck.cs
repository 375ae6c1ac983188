using Microsoft.Extensions.Diagnostics.HealthChecks;
using Samsa.Client.Admin;

namespace Samsa.Client.Hosting;

/// <summary>
/// Whether the cluster answers: healthy when a broker describes it and names a controller, degraded without a controller, and otherwise what the
/// registration says. Its data are the cluster's id, the number of brokers and the controller. Stateless; asks anew each time.
/// </summary>
public sealed class KafkaHealthCheck(KafkaAdmin admin) : IHealthCheck
{
    /// <summary>How long the cluster may take to answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var timeout = new CancellationTokenSource(Timeout, admin.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var cluster = await admin.DescribeClusterAsync(cancellation: either.Token).ConfigureAwait(false);
            var data = new Dictionary<string, object>
            {
                ["cluster.id"] = cluster.ClusterId ?? "",
                ["brokers"] = cluster.Brokers.Count,
                ["controller"] = cluster.ControllerId,
            };
            return cluster.ControllerId >= 0
                ? HealthCheckResult.Healthy($"{cluster.Brokers.Count} brokers", data)
                : HealthCheckResult.Degraded("The cluster has no controller.", data: data);
        }
        catch (KafkaException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"The cluster has not answered within {Timeout.TotalSeconds} s.", e);
        }
    }
}
