using System.Diagnostics;
using System.Globalization;
using Samsa.IntegrationTests.Support;

namespace Samsa.IntegrationTests.Cli;

/// <summary>
/// A tool that runs as a process: lines can be given to it, its output waited for, and a signal sent. Owns the process; one test uses it, and
/// it does not outlive that.
/// </summary>
internal sealed class ToolProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly WatchedOutput _output = new();
    private readonly WatchedOutput _errors = new();
    private readonly Task _copying;

    private ToolProcess(Process process)
    {
        _process = process;
        _copying = Task.WhenAll(process.StandardOutput.BaseStream.CopyToAsync(_output), process.StandardError.BaseStream.CopyToAsync(_errors));
    }

    /// <summary>What it wrote to standard output so far.</summary>
    public string Output => _output.Text;

    /// <summary>Starts a program.</summary>
    public static ToolProcess Start(string program, params IEnumerable<string> arguments) => new(Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    }) ?? throw new InvalidOperationException($"{program} could not be started."));

    /// <summary>Runs a program to its end.</summary>
    public static async Task<ToolRun> RunAsync(string? input, string program, params IEnumerable<string> arguments)
    {
        await using var process = Start(program, arguments);
        if (input is not null)
            await process.WriteAsync(input);
        process._process.StandardInput.Close();
        return await process.EndAsync();
    }

    /// <summary>Gives it a text on standard input.</summary>
    public async Task WriteAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Completes when it wrote the text to standard output.</summary>
    public Task PrintedAsync(string text) => _output.SeenAsync(text).WaitAsync(SamsaProgram.Patience);

    /// <summary>Sends a signal such as <c>INT</c>, and waits for the end.</summary>
    public async Task<ToolRun> EndAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(SamsaProgram.Patience);
        return await EndAsync();
    }

    /// <summary>Stops reading what it prints, as <c>head</c> does, and waits for the end.</summary>
    public async Task<ToolRun> EndWithoutReaderAsync()
    {
        _process.StandardOutput.Close();
        return await EndAsync();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<ToolRun> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(SamsaProgram.Patience);
        try
        {
            await _copying.WaitAsync(SamsaProgram.Patience);
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException or OperationCanceledException)
        {
            // The test closed the output itself.
        }

        return new ToolRun(_process.ExitCode, _output.Text, _errors.Text);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().WaitAsync(SamsaProgram.Patience);
        }

        _process.Dispose();
        await _output.DisposeAsync();
        await _errors.DisposeAsync();
    }
}
