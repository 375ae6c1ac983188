using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Samsa.Cli.Tools;
using Samsa.Cli.Tools.Clusters;
using Samsa.Server.Logging;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Configuration;
using Samsa.ZooKeeper.Server.Persistence;

namespace Samsa.Cli;

/// <summary>
/// <c>samsa zookeeper-server</c>: runs a ZooKeeper server until a signal ends it, as <see cref="ServerCommand"/> runs a broker. A failed
/// start is one line on standard error and exit code 1.
/// </summary>
internal sealed class ZooKeeperServerCommand : ICommand
{
    private const string LogLevelVariable = "SAMSA_LOG_LEVEL";

    private static string Help =>
        $"""
        Usage: samsa zookeeper-server FILE [--override KEY=VALUE]... [--log-level LEVEL]

        Runs a ZooKeeper server until SIGTERM or Ctrl-C. FILE is a zoo.cfg or zookeeper.properties as Apache has it.

          --override KEY=VALUE   sets a property, whatever the file says; may be repeated
          --log-level LEVEL      one of {LogLevels.Names}
                                 (default: info, or the environment variable {LogLevelVariable})

        Example:
          samsa zookeeper-server config/zookeeper.properties
        """;

    public async Task<int> RunAsync(ReadOnlyMemory<string> arguments, ToolConsole console, CancellationToken cancellation)
    {
        if (arguments.Span.ContainsAny("--help", "-h"))
        {
            await console.Output.WriteLineAsync(Help);
            return 0;
        }

        var options = ServerArguments.Parse(arguments.Span, Environment.GetEnvironmentVariable(LogLevelVariable));
        if (options.File is not { } file)
            throw new UsageException("a zoo.cfg or zookeeper.properties is needed");
        using var logs = new LineLoggerFactory(Console.Out, options.LogLevels, TimeProvider.System);
        using var signals = new StopSignals();
        ZooKeeperServer server;
        try
        {
            var overrides = options.Overrides.Select(Assignment);
            var config = ZooKeeperConfig.Parse(PropertiesFile.Read(file).Concat(overrides));
            server = ZooKeeperServer.Start(config, TimeProvider.System, logs.CreateLogger("ZooKeeper"));
        }
        catch (Exception e) when (e is ZooKeeperConfigException or CorruptDataException or SocketException or IOException
            or UnauthorizedAccessException or ToolException)
        {
            return CommandLine.Fail(console, e.Message);
        }

        await using (server)
        {
            await Console.Out.WriteLineAsync(ReadyLine(server));
            if (await Task.WhenAny(signals.Received, server.Failed).WaitAsync(cancellation) != signals.Received)
                return CommandLine.Fail(console, "the transaction log cannot be written; the log above says why");
        }

        return signals.ExitCode;
    }

    private static KeyValuePair<string, string> Assignment(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? new(text[..equals].Trim(), text[(equals + 1)..].Trim())
            : throw new UsageException($"'{text}' is not KEY=VALUE");
    }

    private static string ReadyLine(ZooKeeperServer server)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan took = TimeProvider.System.GetLocalNow() - process.StartTime;
        return string.Create(
            CultureInfo.InvariantCulture, $"Samsa {SamsaVersion.Text} serves ZooKeeper on {server.EndPoint} (started in {took.TotalSeconds:F2} s)");
    }
}
