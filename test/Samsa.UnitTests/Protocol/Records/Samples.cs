using Xunit;

namespace Samsa.UnitTests.Protocol.Records;

/// <summary>Segments that Apache Kafka 3.9.2 and 4.3.1 wrote.</summary>
internal static class Samples
{
    public const string Kafka39 = "kafka-3.9.2-zk";
    public const string Kafka43 = "kafka-4.3.1";

    private static string Root => Path.Combine(AppContext.BaseDirectory, "TestData");

    public static byte[] Segment(string version, string partition, long baseOffset = 0) =>
        File.ReadAllBytes(Path.Combine(Root, version, partition, $"{baseOffset:D20}.log"));

    public static TheoryData<string> AllSegments() =>
        [.. Directory.EnumerateFiles(Root, "*.log", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    public static byte[] Read(string relativePath) => File.ReadAllBytes(Path.Combine(Root, relativePath));
}
