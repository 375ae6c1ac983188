namespace Samsa.InteropTests.Support;

/// <summary>Apache Kafka's own command line tools, by the names of their scripts, or any of its classes, run to their end.</summary>
internal static class ApacheTool
{
    /// <summary>The heap of a tool; the archive of classes is made with the same.</summary>
    public const string Heap = "256m";

    /// <summary>Skips the test where that version is not at hand.</summary>
    public static async Task<ChildResult> RunAsync(string version, string tool, IEnumerable<string> arguments, byte[]? input = null)
    {
        string script = Tools.ApacheKafka(version);
        var environment = new Dictionary<string, string>
        {
            ["HEAP"] = Heap,
            ["JAVA_OPTS"] = await JavaArchives.OptionsAsync(version),
        };
        return await Child.RunAsync(Tools.Bash, [script, version, tool, .. arguments], input, environment);
    }
}
