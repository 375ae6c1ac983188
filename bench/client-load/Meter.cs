using System.Globalization;

namespace Samsa.Bench.ClientLoad;

/// <summary>Time, processor time and allocations of the process from a moment on.</summary>
internal sealed class Meter
{
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private readonly long _allocated = GC.GetTotalAllocatedBytes(precise: true);
    private readonly int _collections = GC.CollectionCount(0);

    /// <summary>The figures until now, as members of a JSON object.</summary>
    public string Stop(long messages, long bytes)
    {
        double seconds = TimeProvider.System.GetElapsedTime(_start).TotalSeconds;
        double cpu = (Environment.CpuUsage.TotalTime - _cpu).TotalSeconds;
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocated;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"\"seconds\": {seconds:F6}, \"messages\": {messages}, \"bytes\": {bytes}, \"cpu\": {cpu:F6}, \"allocated\": {allocated}, "
            + $"\"collections\": {GC.CollectionCount(0) - _collections}");
    }
}
