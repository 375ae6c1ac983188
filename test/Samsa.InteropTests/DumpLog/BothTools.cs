using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.DumpLog;

/// <summary>Runs kafka-dump-log of Apache Kafka and ours with the same arguments.</summary>
internal sealed class BothTools(string version)
{
    private const string StackTrace = "Exception in thread \"main\" ";

    // A short life of the virtual machine; text in UTF-8 as ours.
    private static readonly Dictionary<string, string> Surroundings = new() { ["HEAP"] = "128m", ["LC_ALL"] = "C.UTF-8" };

    /// <summary>Runs both at once.</summary>
    public async Task<(ChildResult Apache, ChildResult Ours)> RunAsync(params string[] arguments)
    {
        string script = Tools.ApacheKafka(version);
        Task<ChildResult> apache = Child.RunAsync(Tools.Bash, [script, version, "kafka-dump-log", .. arguments], input: null, Surroundings);
        Dictionary<string, string> like = new() { ["SAMSA_TOOLS_LIKE"] = version };
        ChildResult ours = await Child.RunAsync("dotnet", [RepositoryPaths.SamsaAssembly, "dump-log", .. arguments], input: null, like);
        return (await apache, ours);
    }

    /// <summary>
    /// Output, exit code and errors are the same. The order of the files in the errors is that of a hash table in Apache's; where it
    /// ends with a stack trace, ours has one line.
    /// </summary>
    public async Task SameAsync(params string[] arguments)
    {
        (ChildResult apache, ChildResult ours) = await RunAsync(arguments);
        Assert.Equal(apache.Text, ours.Text);
        Assert.Equal(apache.ExitCode, ours.ExitCode);
        if (apache.Errors.Contains(StackTrace, StringComparison.Ordinal))
        {
            Assert.Matches("^[^\n]+\n$", ours.Errors);
        }
        else
        {
            Assert.Equal(Sorted(apache.Errors), Sorted(ours.Errors));
        }
    }

    private static IEnumerable<string> Sorted(string text) => text.Split('\n').Order(StringComparer.Ordinal);
}
