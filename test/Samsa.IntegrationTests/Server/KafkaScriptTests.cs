using System.Diagnostics;
using Samsa.IntegrationTests.Support;
using Xunit;

namespace Samsa.IntegrationTests.Server;

/// <summary>Kafka's own command names in <c>bin/</c>.</summary>
public sealed class KafkaScriptTests
{
    private static readonly string Bin = Path.Combine(
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.Parent!.FullName, "bin");

    [Theory]
    [InlineData("kafka-server-start")]
    [InlineData("kafka-server-start.sh")]
    public async Task Start_without_a_file_tells_its_usage(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts are for Unix shells");

        var (code, output) = await RunAsync(script, []);

        Assert.Equal(1, code);
        Assert.Contains("server.properties [--override property=value]*", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_signals_the_servers_of_this_clone_and_nobody_else()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts are for Unix shells");
        await using var ours = SamsaProgram.StartServer();
        await using var other = SamsaProgram.StartServer();
        await Task.WhenAll(ours.ReadyAsync(), other.ReadyAsync());
        string executable = Path.Combine(Path.GetDirectoryName(Bin)!, "artifacts", "launcher", "current", "samsa");

        // The script sees the processes of this test only: a server that somebody runs from this clone must live on.
        var (code, output) = await RunAsync(
            "kafka-server-stop.sh", [$"  {ours.Id} {executable} server --override a=b", $"{other.Id} /elsewhere/samsa server"]);

        Assert.Equal(0, code);
        Assert.Empty(output);
        Assert.Equal(0, await ours.ExitAsync());
        await other.SignalAsync("TERM");
        Assert.Equal(0, await other.ExitAsync());
    }

    [Theory]
    [InlineData("kafka-server-stop", "No kafka server to stop\n")]
    [InlineData("zookeeper-server-stop.sh", "No zookeeper server to stop\n")]
    public async Task Stop_says_so_when_there_is_nothing_to_stop(string script, string message)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts are for Unix shells");

        var (code, output) = await RunAsync(script, ["1 /sbin/init server", "2 vim samsa server", "3 vim samsa zookeeper-server"]);

        Assert.Equal(1, code);
        Assert.Equal(message, output);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string script, string[] processes)
    {
        var folder = Directory.CreateTempSubdirectory("samsa-script-");
        try
        {
            string ps = Path.Combine(folder.FullName, "ps");
            await File.WriteAllTextAsync(ps, $"#!/bin/sh\ncat <<'END'\n{string.Join('\n', processes)}\nEND\n");
#pragma warning disable CA1416 // skipped on Windows
            File.SetUnixFileMode(ps, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning restore CA1416
            var start = new ProcessStartInfo(Path.Combine(Bin, script)) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["PATH"] = folder.FullName + ":" + Environment.GetEnvironmentVariable("PATH");
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(SamsaProgram.Patience);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
