using System.Collections.Concurrent;
using Samsa.InteropTests.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(JavaArchives))]

namespace Samsa.InteropTests.Support;

/// <summary>
/// Archives of loaded classes, one for each version of Apache Kafka, made by the first run of a tool: a start of Java with it costs
/// half (0.5 instead of 1 s of a CPU). Owns a directory; used by all tests at once; lives as long as the test assembly. Java that
/// cannot use an archive runs without.
/// </summary>
public sealed class JavaArchives : IDisposable
{
    // A short life: no time for the second compiler, little memory. The JVM would tell about archives on the tool's output.
    private const string Brief = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Xlog:disable";

    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _options = new(StringComparer.Ordinal);

    /// <summary>Options for the JVM of a tool.</summary>
    internal static async Task<string> OptionsAsync(string version) =>
        await (await TestContext.Current.GetFixture<JavaArchives>())!.MakeOnceAsync(version);

    public void Dispose() => _directory.Dispose();

    private Task<string> MakeOnceAsync(string version) => _options.GetOrAdd(version, one => new Lazy<Task<string>>(() => MakeAsync(one))).Value;

    // A producer loads most of what the others need, even where nobody listens.
    private async Task<string> MakeAsync(string version)
    {
        string file = _directory.File($"{version}.jsa");
        var environment = new Dictionary<string, string> { ["HEAP"] = ApacheTool.Heap, ["JAVA_OPTS"] = $"{Brief} -XX:ArchiveClassesAtExit={file}" };
        string[] arguments =
        [
            Tools.ApacheKafka(version), version, "kafka-console-producer", "--bootstrap-server", "127.0.0.1:1", "--topic", "nowhere",
            version == "3.9" ? "--producer-property" : "--command-property", "max.block.ms=200",
        ];
        await Child.RunAsync(Tools.Bash, arguments, "record\n"u8.ToArray(), environment);
        return File.Exists(file) ? $"{Brief} -XX:SharedArchiveFile={file}" : Brief;
    }
}
