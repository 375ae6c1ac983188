using System.Runtime.InteropServices;
using Xunit;

namespace Samsa.InteropTests.Support;

/// <summary>The programs of others: where they are, or a skipped test that says what to install.</summary>
internal static class Tools
{
    private const string Hint = ".ci/install-tools installs it on Debian and Ubuntu.";

    public static string Kcat => OnPath("kcat", "the Debian package kcat");

    public static string Node => OnPath("node", "Node.js");

    public static string Java => OnPath("java", "the Debian package openjdk-17-jre-headless");

    public static string JavaCompiler => OnPath("javac", "the Debian package openjdk-17-jdk-headless");

    public static string CCompiler => OnPath("cc", "the Debian packages gcc and libc6-dev");

    public static string Bash => OnPath("bash", "bash");

    /// <summary>The distribution's own Python: the packaged client libraries belong to it, not to another one on the path.</summary>
    public static string Python(string module, string package)
    {
        const string System = "/usr/bin/python3";
        bool there = File.Exists(System)
            && new[] { "/usr/lib/python3/dist-packages", "/usr/local/lib/python3/dist-packages" }
                .Any(folder => Directory.Exists(Path.Combine(folder, module)));
        Assert.SkipUnless(there, $"{System} has no module {module}: install the Debian package {package}. {Hint}");
        return System;
    }

    public static string NodeModule(string module)
    {
        Assert.SkipUnless(
            File.Exists(Path.Combine(RepositoryPaths.NodeModules, module, "package.json")),
            $"The npm package {module} is not in {RepositoryPaths.NodeModules}. {Hint}");
        return RepositoryPaths.NodeModules;
    }

    /// <summary>Builds the client of kafka-go 0.2.1 into <paramref name="output"/>; the sources come from a Debian package.</summary>
    public static Task BuildKafkaGoClientAsync(string output) =>
        BuildGoAsync("kafka-go", "github.com/segmentio/kafka-go", "golang-github-segmentio-kafka-go-dev", output);

    /// <summary>Builds the member by sarama 1.22 into <paramref name="output"/>; the sources come from a Debian package.</summary>
    public static Task BuildSaramaMemberAsync(string output) =>
        BuildGoAsync("sarama-group", "github.com/Shopify/sarama", "golang-github-shopify-sarama-dev", output);

    public static string Librdkafka
    {
        get
        {
            const string Library = "librdkafka.so.1";
            bool there = NativeLibrary.TryLoad(Library, out nint handle);
            Assert.SkipUnless(there, $"{Library} is missing: install the Debian package librdkafka-dev. {Hint}");
            NativeLibrary.Free(handle);
            return Library;
        }
    }

    /// <summary>A librdkafka that knows groups of KIP-848 (2.10 on).</summary>
    public static string NewLibrdkafka
    {
        get
        {
            Assert.SkipUnless(File.Exists(NewLibrdkafkaFile), $"No librdkafka of 2.10 or later in {NewLibrdkafkaFile}. {Hint}");
            return NewLibrdkafkaFile;
        }
    }

    /// <summary>Where that would be; SAMSA_INTEROP_LIBRDKAFKA names another file.</summary>
    public static string NewLibrdkafkaFile { get; } = Environment.GetEnvironmentVariable("SAMSA_INTEROP_LIBRDKAFKA")
        ?? Path.Combine(RepositoryPaths.Root, "artifacts", "interop", "librdkafka", "librdkafka.so");

    /// <summary>The start script of Apache Kafka's own jars.</summary>
    public static string ApacheKafka(string version)
    {
        _ = Java;
        string script = Path.Combine(RepositoryPaths.Peers, "bin", "kafka");
        Assert.SkipUnless(
            File.Exists(script) && Directory.Exists(Path.Combine(RepositoryPaths.Peers, "kafka-" + version)),
            $"Apache Kafka {version} is not in {RepositoryPaths.Peers} (SAMSA_INTEROP_PEERS names another place).");
        return script;
    }

    private static async Task BuildGoAsync(string client, string library, string package, string output)
    {
        string go = OnPath("go", "the Debian package golang-go");
        // One of sarama's codecs is in C.
        _ = CCompiler;
        const string Sources = "/usr/share/gocode";
        Assert.SkipUnless(Directory.Exists($"{Sources}/src/{library}"), $"No {library}: install the Debian package {package}. {Hint}");
        Dictionary<string, string> environment = new() { ["GO111MODULE"] = "off", ["GOPATH"] = Sources, ["GOFLAGS"] = "" };
        string[] arguments = ["build", "-o", output, Path.Combine(RepositoryPaths.Clients, client, "main.go")];
        (await Child.RunAsync(go, arguments, input: null, environment, Child.LongPatience)).Succeeded();
    }

    private static string OnPath(string program, string package)
    {
        string? found = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"{program} is not on the path: install {package}. {Hint}");
        return found!;
    }
}
