using System.Collections.Concurrent;
using System.Diagnostics;
using Samsa.IntegrationTests.Support;

namespace Samsa.IntegrationTests.Samples;

/// <summary>A program of samples/ as a process. Owns it; used by one test; killed on dispose.</summary>
internal sealed class SampleProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();

    private SampleProgram(Process process) => _process = process;

    /// <summary>What it wrote.</summary>
    public string Said => string.Join('\n', _said);

    public bool HasEnded => _process.HasExited;

    public static SampleProgram Start(string name, params string[] arguments)
    {
        // Built beside the tests, in the same configuration: artifacts/bin/PROJECT/CONFIGURATION.
        var program = new FileInfo(SamsaProgram.AssemblyPath);
        var assembly = Path.Combine(program.Directory!.Parent!.Parent!.FullName, name, program.Directory.Name, name + ".dll");
        var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var sample = new SampleProgram(process);
        process.OutputDataReceived += (_, line) => sample._said.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => sample._said.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return sample;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(SamsaProgram.Patience);
    }

    /// <summary>SIGTERM, and the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        using var kill = Process.Start("kill", ["-s", "TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync().WaitAsync(SamsaProgram.Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }
}
