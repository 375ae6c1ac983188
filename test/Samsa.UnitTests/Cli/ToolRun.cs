using System.Text;
using Samsa.Cli;
using Samsa.Cli.Tools;

namespace Samsa.UnitTests.Cli;

/// <summary>One run of <c>samsa</c> inside the test process: its exit code and what it printed.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs a command line.</summary>
    /// <param name="like">The release of Kafka whose output is wanted; null for the default.</param>
    /// <param name="arguments">What follows <c>samsa</c>.</param>
    public static async Task<ToolRun> RunAsync(string? like, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var errors = new MemoryStream();
        var console = new ToolConsole(Stream.Null, output, errors) { Like = like };
        int code = await CommandLine.RunAsync(arguments, console);
        return new ToolRun(code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()));
    }
}
