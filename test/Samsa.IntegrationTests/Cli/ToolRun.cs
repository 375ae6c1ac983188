using System.Text;
using Samsa.Cli;
using Samsa.Cli.Tools;

namespace Samsa.IntegrationTests.Cli;

/// <summary>One run of <c>samsa</c> inside the test process: its exit code and what it printed.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs a command line to its end.</summary>
    /// <param name="like">The release of Kafka whose output is wanted.</param>
    /// <param name="input">What it reads from standard input; null for nothing.</param>
    /// <param name="arguments">What follows <c>samsa</c>.</param>
    public static Task<ToolRun> RunAsync(string like, string? input, params string[] arguments) => RunAsync(like, input, false, arguments);

    /// <summary>Runs a command line to its end, as if somebody sat at a terminal or not.</summary>
    public static async Task<ToolRun> RunAsync(string like, string? input, bool isInteractive, params string[] arguments)
    {
        using var lines = new MemoryStream(Encoding.UTF8.GetBytes(input ?? ""));
        using var output = new MemoryStream();
        using var errors = new MemoryStream();
        var console = new ToolConsole(lines, output, errors) { Like = like, IsInteractive = isInteractive };
        int code = await CommandLine.RunAsync(arguments, console);
        return new ToolRun(code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()));
    }
}
