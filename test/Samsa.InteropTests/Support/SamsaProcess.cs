using System.Diagnostics;
using System.Globalization;

namespace Samsa.InteropTests.Support;

/// <summary>
/// The real program: `samsa server --override ...`, by the runtime or, where a native file is named, by itself. Owns one child process; used by one test at a time; lives until disposed;
/// when the process ends by itself, starting fails with what it wrote.
/// </summary>
internal sealed class SamsaProcess(IReadOnlyDictionary<string, string> overrides, string? nativeFile = null) : TestBroker(overrides)
{
    private readonly int _port = FreePorts.Next();
    private Process? _process;
    private Task _copied = Task.CompletedTask;

    public override int Port => _port;

    public override int ProcessId => _process?.Id ?? throw new InvalidOperationException("samsa is not running.");

    /// <summary>Environment variables of the next process that is started.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();

    private string OutputFile => Path.Combine(Home, "server.log");

    public override async Task StartAsync()
    {
        List<string> arguments = nativeFile is null ? [RepositoryPaths.SamsaAssembly, "server"] : ["server"];
        Dictionary<string, string> properties = new(Overrides)
        {
            ["listeners"] = $"PLAINTEXT://127.0.0.1:{_port}",
            ["log.dirs"] = DataDirectory,
        };
        properties.TryAdd("samsa.http.port", "-1");
        properties.TryAdd("samsa.zookeeper.port", "-1");
        foreach ((string key, string value) in properties)
        {
            arguments.Add("--override");
            arguments.Add($"{key}={value}");
        }

        ProcessStartInfo start = Child.Describe(nativeFile ?? "dotnet", arguments, Environment);
        start.WorkingDirectory = Home;
        Process process = Process.Start(start) ?? throw new InvalidOperationException("Could not start samsa.");
        _process = process;
        process.StandardInput.Close();
        _copied = Task.WhenAll(CopyAsync(process.StandardOutput, ".out"), CopyAsync(process.StandardError, ".err"));
        await Conditions.UntilAsync(
            $"samsa listens on {_port}",
            async () => process.HasExited || await IsListeningAsync(_port),
            listening => listening);
        if (process.HasExited)
        {
            await _copied;
            throw new InvalidOperationException(
                $"samsa ended with {process.ExitCode} instead of listening:\n"
                + await File.ReadAllTextAsync(OutputFile + ".out") + await File.ReadAllTextAsync(OutputFile + ".err"));
        }
    }

    public override async Task StopAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        await Child.RunAsync("kill", "-TERM", process.Id.ToString(CultureInfo.InvariantCulture));
        try
        {
            await process.WaitForExitAsync().WaitAsync(Child.Patience);
        }
        catch (TimeoutException)
        {
            await KillAsync();
            throw new TimeoutException($"samsa did not end within {Child.Patience.TotalSeconds} s of SIGTERM.");
        }

        int exitCode = process.ExitCode;
        await ForgetAsync(process);
        if (exitCode != 0)
        {
            throw new InvalidOperationException(
                $"samsa ended with {exitCode} after SIGTERM:\n" + await File.ReadAllTextAsync(OutputFile + ".err"));
        }
    }

    public override async Task KillAsync()
    {
        Process process = _process ?? throw new InvalidOperationException("samsa is not running.");
        process.Kill();
        await process.WaitForExitAsync();
        await ForgetAsync(process);
    }

    private async Task ForgetAsync(Process process)
    {
        await _copied;
        _process = null;
        process.Dispose();
    }

    private async Task CopyAsync(StreamReader from, string suffix)
    {
        await using FileStream to = new(OutputFile + suffix, FileMode.Append, FileAccess.Write, FileShare.Read);
        await from.BaseStream.CopyToAsync(to);
    }
}
