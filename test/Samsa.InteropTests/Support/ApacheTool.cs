namespace Samsa.InteropTests.Support;

/// <summary>Apache Kafka's own command line tools, by the names of their scripts, or any of its classes.</summary>
internal static class ApacheTool
{
    // A short life: no time for the second compiler, little memory.
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["HEAP"] = "256m",
        ["JAVA_OPTS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto",
    };

    /// <summary>Runs a tool of one version to its end; skips the test where that version is not at hand.</summary>
    public static Task<ChildResult> RunAsync(string version, string tool, IEnumerable<string> arguments, byte[]? input = null) =>
        Child.RunAsync(Tools.Bash, [Tools.ApacheKafka(version), version, tool, .. arguments], input, Environment);
}
