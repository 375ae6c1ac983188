using System.Diagnostics;

namespace Samsa.Broker.Metrics;

/// <summary>What the operating system and the runtime say about this process, under the names that Prometheus clients use.</summary>
internal static class ProcessMetrics
{
    private const string OpenFilesDirectory = "/proc/self/fd";

    private static readonly string Version = typeof(ProcessMetrics).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    /// <summary>Writes the current values.</summary>
    public static void Write(PrometheusWriter writer)
    {
        using var process = Process.GetCurrentProcess();
        One(MetricCatalogue.ProcessCpuSeconds, process.TotalProcessorTime.TotalSeconds);
        One(MetricCatalogue.ProcessResidentMemory, process.WorkingSet64);
        if (Directory.Exists(OpenFilesDirectory))
            One(MetricCatalogue.ProcessOpenFiles, Directory.EnumerateFileSystemEntries(OpenFilesDirectory).Count());
        One(MetricCatalogue.ProcessThreads, process.Threads.Count);
        One(MetricCatalogue.ProcessStartTime, new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        One(MetricCatalogue.GcHeapBytes, GC.GetTotalMemory(forceFullCollection: false));
        One(MetricCatalogue.GcAllocatedBytes, GC.GetTotalAllocatedBytes());
        writer.Begin(MetricCatalogue.GcCollections);
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
            writer.Sample(GC.CollectionCount(generation), $"{generation}");
        One(MetricCatalogue.GcPauseSeconds, GC.GetTotalPauseDuration().TotalSeconds);
        One(MetricCatalogue.ThreadPoolQueue, ThreadPool.PendingWorkItemCount);
        writer.Begin(MetricCatalogue.BuildInfo);
        writer.Sample(1, Version);

        void One(MetricFamily family, double value)
        {
            writer.Begin(family);
            writer.Sample(value);
        }
    }
}
