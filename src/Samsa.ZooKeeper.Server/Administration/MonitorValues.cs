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
            new("num_alive_connections", registry.Count),
            new("uptime", (long)registry.Time.GetElapsedTime(_started).TotalMilliseconds),
            new("fsynctime_cnt", log.Flushes, IsCounter: true),
            new("fsynctime_sum", (long)log.FlushTime.TotalMilliseconds, IsCounter: true),
            new("fsynctime_max", (long)log.LongestFlush.TotalMilliseconds),
            new("txn_logged", log.Transactions, IsCounter: true),
            new("snapshots_taken", log.Snapshots, IsCounter: true),
            new("connection_rejected", registry.Refused, IsCounter: true),
        ];
        server.Enter(pipeline => values.AddRange(
        [
            new("outstanding_requests", pipeline.UnderWayCount),
            new("znode_count", pipeline.Tree.NodeCount),
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
            if (value is not string)
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
