using System.Diagnostics;
using System.Globalization;
using Samsa.ZooKeeper.Server.Network;

namespace Samsa.ZooKeeper.Server.Administration;

/// <summary>The one list of the numbers that the server tells of itself, under Apache ZooKeeper's names. Any thread.</summary>
internal sealed class MonitorValues(CoordinationServer server, ConnectionRegistry registry, ServerInformation information)
{
    private readonly long _started = registry.Time.GetTimestamp();

    internal List<MonitorValue> Read()
    {
        var statistics = registry.Statistics;
        var log = server.LogStatistics;
        List<MonitorValue> values =
        [
            new("version", information.Version),
            new("server_state", "standalone"),
            new("avg_latency", statistics.AverageLatency),
            new("min_latency", statistics.MinLatency),
            new("max_latency", statistics.MaxLatency),
            new("packets_received", statistics.Received, IsCounter: true),
            new("packets_sent", statistics.Sent, IsCounter: true),
            new("bytes_received_count", statistics.ReceivedBytes, IsCounter: true),
            new("response_bytes", statistics.SentBytes, IsCounter: true),
            new("last_client_response_size", statistics.LastSize),
            new("min_client_response_size", statistics.MinSize),
            new("max_client_response_size", statistics.MaxSize),
            new("num_alive_connections", registry.Count),
            new("connection_request_count", statistics.Connects, IsCounter: true),
            new("connection_drop_count", statistics.Drops, IsCounter: true),
            new("connection_rejected", registry.Refused, IsCounter: true),
            new("auth_failed_count", statistics.AuthFailures, IsCounter: true),
            new("uptime", (long)registry.Time.GetElapsedTime(_started).TotalMilliseconds),
            new("fsynctime", log.Flushes),
            new("sync_processor_batch_size", log.Batches),
            new("snapshottime", log.Snapshots),

            // Nothing is throttled here, and there is no TLS.
            new("connection_drop_probability", 0.0),
            new("outstanding_tls_handshake", 0),
            new("non_mtls_local_conn_count", 0),
            new("non_mtls_remote_conn_count", 0),
        ];
        server.Enter(pipeline => values.AddRange(
        [
            new("outstanding_requests", pipeline.UnderWayCount),
            new("znode_count", pipeline.Tree.ToldNodeCount),
            new("ephemerals_count", pipeline.Tree.EphemeralCount),
            new("watch_count", pipeline.Watches.Count),
            new("approximate_data_size", pipeline.Tree.DataSize),
            new("global_sessions", pipeline.Sessions.Count),
            new("local_sessions", 0),
        ]));
        if (OperatingSystem.IsLinux())
        {
            AddDescriptors(values);
        }

        return values;
    }

    /// <summary>The same with each summary as five numbers, as <c>mntr</c> has them.</summary>
    internal IEnumerable<MonitorValue> ReadPlain()
    {
        foreach (var entry in Read())
        {
            if (entry.Value is not Summary summary)
            {
                yield return entry;
                continue;
            }

            yield return new("avg_" + entry.Name, summary.Average);
            yield return new("min_" + entry.Name, summary.Least);
            yield return new("max_" + entry.Name, summary.Greatest);
            yield return new("cnt_" + entry.Name, summary.Count, IsCounter: true);
            yield return new("sum_" + entry.Name, summary.Sum, IsCounter: true);
        }
    }

    internal static string Text(object value) => value switch
    {
        double number => number.ToString("0.0###", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    /// <summary>For Prometheus: numbers only; the names have no prefix there, as Apache's have none.</summary>
    internal string ToPrometheus()
    {
        var text = new System.Text.StringBuilder();
        foreach (var (name, value, isCounter) in Read())
        {
            if (value is Summary summary)
            {
                text.Append("# TYPE ").Append(name).Append(" summary\n");
                text.Append(name).Append("_count ").Append(Text(summary.Count)).Append('\n');
                text.Append(name).Append("_sum ").Append(Text(summary.Sum)).Append('\n');
            }
            else if (value is not string)
            {
                text.Append("# TYPE ").Append(name).Append(isCounter ? " counter\n" : " gauge\n");
                text.Append(name).Append(' ').Append(Text(value)).Append('\n');
            }
        }

        return text.ToString();
    }

    private static void AddDescriptors(List<MonitorValue> values)
    {
        try
        {
            values.Add(new("open_file_descriptor_count", Directory.GetFileSystemEntries("/proc/self/fd").Length));
            foreach (var line in File.ReadLines("/proc/self/limits"))
            {
                if (line.StartsWith("Max open files", StringComparison.Ordinal)
                    && long.TryParse(line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], out var most))
                {
                    values.Add(new("max_file_descriptor_count", most));
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // No /proc: these two are left out.
            Debug.WriteLine(failure);
        }
    }
}
