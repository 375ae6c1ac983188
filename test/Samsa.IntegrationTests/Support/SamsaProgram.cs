using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Samsa.IntegrationTests.Support;

/// <summary>
/// The program <c>samsa</c> as its users run it: a process, its output by lines, signals. Owns the process and a working folder;
/// one test uses it. A process that runs longer than the test is killed on dispose.
/// </summary>
internal sealed class SamsaProgram : IAsyncDisposable
{
    /// <summary>Far more than any step needs on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly bool _ownsFolder;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SamsaProgram(Process process, DirectoryInfo folder, bool ownsFolder)
    {
        _process = process;
        _folder = folder;
        _ownsFolder = ownsFolder;
    }

    /// <summary>The built program, of the same configuration as these tests.</summary>
    public static string AssemblyPath { get; } = FindAssembly();

    /// <summary>The folder that the process runs in; its data is below it.</summary>
    public string Folder => _folder.FullName;

    /// <summary>The process's id.</summary>
    public int Id => _process.Id;

    /// <summary>What it wrote to standard output so far, by lines.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>What it wrote to standard error so far, by lines.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>The first line that says it is ready. Fails when the process ends before it.</summary>
    public Task<string> ReadyAsync() => _ready.Task.WaitAsync(Patience);

    /// <summary>Starts <c>samsa</c> with some arguments, in a new folder or in that of another one.</summary>
    public static SamsaProgram Start(IEnumerable<string> arguments, SamsaProgram? sameFolder = null) =>
        Start("dotnet", [AssemblyPath, .. arguments], sameFolder);

    private static SamsaProgram Start(string command, IEnumerable<string> arguments, SamsaProgram? sameFolder)
    {
        var folder = sameFolder?._folder ?? Directory.CreateTempSubdirectory("samsa-program-");
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{command} could not be started.");
        var program = new SamsaProgram(process, folder, sameFolder is null);
        process.OutputDataReceived += (_, line) => program.Read(line.Data);
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                program._errors.Enqueue(line.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Starts <c>samsa server</c> on a free port without HTTP, unless the overrides say otherwise.</summary>
    public static SamsaProgram StartServer(params string[] overrides) => Start(ServerArguments(overrides));

    /// <summary>The same as a process that may have no more than <paramref name="files"/> descriptors.</summary>
    public static SamsaProgram StartServer(int files, params string[] overrides) => StartServer(files, softOnly: false, overrides);

    /// <summary>The same; where only the soft limit is set, a process may raise it again.</summary>
    public static SamsaProgram StartServer(int files, bool softOnly, params string[] overrides)
    {
        string limit = $"ulimit {(softOnly ? "-S " : "")}-n {files.ToString(CultureInfo.InvariantCulture)}; exec \"$0\" \"$@\"";
        return Start("sh", ["-c", limit, "dotnet", AssemblyPath, .. ServerArguments(overrides)], sameFolder: null);
    }

    /// <summary>Sends a signal such as <c>TERM</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }

        _process.Dispose();
        if (_ownsFolder)
            _folder.Delete(recursive: true);
    }

    private static string FindAssembly()
    {
        // The tests' own output folder is artifacts/bin/PROJECT/CONFIGURATION.
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, "Samsa.Cli", own.Name, "samsa.dll");
    }

    private static string[] ServerArguments(string[] overrides)
    {
        string[] all = ["listeners=PLAINTEXT://127.0.0.1:0", "samsa.http.port=-1", "samsa.zookeeper.port=-1", .. overrides];
        return ["server", .. all.SelectMany(o => new[] { "--override", o })];
    }

    private void Read(string? line)
    {
        if (line is not null)
            _output.Enqueue(line);
        if (line is null)
            _ready.TrySetException(new InvalidOperationException($"samsa ended before it was ready: {string.Join('\n', _errors)}"));
        else if (line.Contains("is ready on", StringComparison.Ordinal))
            _ready.TrySetResult(line);
    }
}
