using System.Diagnostics;
using System.Globalization;
using Samsa.IntegrationTests.Support;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.IntegrationTests.Cli;

/// <summary>The tools as processes: what they load, how a signal ends them, how Kafka's names lead to them.</summary>
public sealed class ToolProcessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("samsa-tools-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_tool_that_needs_no_broker_runs_where_there_is_none()
    {
        string built = Path.GetDirectoryName(SamsaProgram.AssemblyPath)!;
        string[] needed = ["samsa.dll", "samsa.runtimeconfig.json", "Samsa.Protocol.dll", "Samsa.Storage.dll", "Microsoft.Extensions.Logging.Abstractions.dll"];
        foreach (string file in needed)
            File.Copy(Path.Combine(built, file), Path.Combine(_folder.FullName, file));
        string samsa = Path.Combine(_folder.FullName, "samsa.dll");

        var (helpCode, _, help) = await RunAsync("dotnet", samsa, "dump-log", "--help");
        string log = await WriteLogAsync(batches: 1);
        var (code, output, errors) = await RunAsync("dotnet", samsa, "dump-log", "--print-data-log", "--files", log);
        var (overviewCode, overview, _) = await RunAsync("dotnet", samsa, "--help");

        Assert.Equal(1, helpCode);
        Assert.Contains("--print-data-log", help, StringComparison.Ordinal);
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("payload: value", output, StringComparison.Ordinal);
        Assert.Equal(0, overviewCode);
        Assert.Contains("dump-log", overview, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_signal_ends_a_tool_with_the_code_of_a_shell(string signal, int expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there are no such signals");
        string log = await WriteLogAsync(batches: 60_000);
        var start = new ProcessStartInfo("dotnet", [SamsaProgram.AssemblyPath, "dump-log", "--files", log])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;

        // Nobody reads on, so it waits in a write; 20 MB of output are still to come.
        await process.StandardOutput.ReadLineAsync().WaitAsync(SamsaProgram.Patience);
        using (var kill = Process.Start("kill", ["-s", signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync().WaitAsync(SamsaProgram.Patience);
        await process.StandardOutput.ReadToEndAsync().WaitAsync(SamsaProgram.Patience);
        await process.WaitForExitAsync().WaitAsync(SamsaProgram.Patience);

        Assert.Equal(expected, process.ExitCode);
        Assert.Empty(await process.StandardError.ReadToEndAsync());
    }

    [Theory]
    [InlineData("kafka-dump-log", "dump-log --files a b")]
    [InlineData("kafka-dump-log.sh", "dump-log --files a b")]
    public async Task Kafkas_name_of_a_tool_leads_to_it(string name, string arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts are for Unix shells");

        // A launcher that tells what it was asked for stands beside a copy of the folder bin.
        string bin = _folder.CreateSubdirectory("bin").FullName;
        string repository = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", ".."));
        File.Copy(Path.Combine(repository, "bin", "samsa-tool"), Path.Combine(bin, "samsa-tool"));
        string launcher = Path.Combine(_folder.FullName, "samsa");
        await File.WriteAllTextAsync(launcher, "#!/bin/sh\necho \"$@\"\n");
        File.CreateSymbolicLink(Path.Combine(bin, name), "samsa-tool");
#pragma warning disable CA1416 // skipped on Windows
        File.SetUnixFileMode(launcher, UnixFileMode.UserRead | UnixFileMode.UserExecute);
#pragma warning restore CA1416

        var (code, output, errors) = await RunAsync(Path.Combine(bin, name), "--files", "a b");

        Assert.Equal((0, arguments + "\n", ""), (code, output, errors));
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(SamsaProgram.Patience);
        return (process.ExitCode, await output, await errors);
    }

    private async Task<string> WriteLogAsync(int batches)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, OptionalBytes.Null, (ReadOnlySpan<byte>)"value"u8);
        byte[] batch = builder.Build().ToArray();
        string path = Path.Combine(_folder.FullName, "00000000000000000000.log");
        await using var file = File.Create(path);
        for (int i = 0; i < batches; i++)
            await file.WriteAsync(batch);
        return path;
    }
}
