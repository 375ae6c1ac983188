using System.Globalization;

namespace Samsa.Client.Diagnostics;

/// <summary>Numbers of partitions as the text that OpenTelemetry wants; the small ones are made once.</summary>
internal static class PartitionNames
{
    private static readonly string[] Small = [.. Enumerable.Range(0, 256).Select(n => n.ToString(CultureInfo.InvariantCulture))];

    public static string Of(int partition) =>
        (uint)partition < (uint)Small.Length ? Small[partition] : partition.ToString(CultureInfo.InvariantCulture);
}
