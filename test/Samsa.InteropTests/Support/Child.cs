using System.Diagnostics;
using System.Text;

namespace Samsa.InteropTests.Support;

/// <summary>Runs programs that others wrote, to their end, with a limit of time, and nothing of them left behind.</summary>
internal static class Child
{
    /// <summary>Far more than any step needs on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    /// <summary>The same for what is many steps in one: a compiler that finds nothing of its cache, a suite of tests, a start of a broker in Java.</summary>
    public static readonly TimeSpan LongPatience = TimeSpan.FromMinutes(10);

    public static Task<ChildResult> RunAsync(string program, params string[] arguments) =>
        RunAsync(program, arguments, input: null, environment: null);

    public static async Task<ChildResult> RunAsync(
        string program, IEnumerable<string> arguments, byte[]? input, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? patience = null)
    {
        TimeSpan most = patience ?? Patience;
        ProcessStartInfo start = Describe(program, arguments, environment);
        string command = program + " " + string.Join(' ', start.ArgumentList);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("Could not start " + command);
        using CancellationTokenSource limit = new(most);
        using MemoryStream output = new();
        Task outputCopied = process.StandardOutput.BaseStream.CopyToAsync(output, limit.Token);
        Task<string> errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await FeedAsync(process, input, limit.Token);
            await Task.WhenAll(outputCopied, errors, process.WaitForExitAsync(limit.Token));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{command}\ndid not end within {most.TotalSeconds} s. It wrote: {Encoding.UTF8.GetString(output.ToArray())}");
        }

        return new ChildResult(command, process.ExitCode, output.ToArray(), await errors);
    }

    public static ProcessStartInfo Describe(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task FeedAsync(Process process, byte[]? input, CancellationToken cancellation)
    {
        try
        {
            if (input is not null)
            {
                await process.StandardInput.BaseStream.WriteAsync(input, cancellation);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read everything; its exit code and errors say more than this exception.
        }
    }
}
