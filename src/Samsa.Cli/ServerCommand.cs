using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Samsa.Broker.Configuration;
using Samsa.Cli.Tools;
using Samsa.Server;
using Samsa.Server.Logging;
using Samsa.Storage;

namespace Samsa.Cli;

/// <summary>
/// <c>samsa server</c>: runs a broker until a signal ends it. SIGTERM ends it cleanly with exit code 0, SIGINT with 130 as in
/// Apache Kafka; a second SIGINT does not wait. A failed start is one line on standard error and exit code 1.
/// </summary>
internal sealed class ServerCommand : ICommand
{
    private const string LogLevelVariable = "SAMSA_LOG_LEVEL";

    private static string Help =>
        $"""
        Usage: samsa server [FILE] [--override KEY=VALUE]... [--log-level LEVEL]

        Runs a broker until SIGTERM or Ctrl-C. FILE is a server.properties as Apache Kafka has it. Without one the broker
        listens on 127.0.0.1:9092, keeps its data in ./data and shows /metrics and /healthz on http://127.0.0.1:8080.

          --override KEY=VALUE   sets a property, whatever the file says; may be repeated
          --log-level LEVEL      one of {LogLevels.Names}; by room too: info,Storage=debug
                                 (default: info, or the environment variable {LogLevelVariable})

        Examples:
          samsa server
          samsa server config/server.properties --override listeners=PLAINTEXT://:9093 --override log.dirs=/var/lib/samsa
        """;

    public async Task<int> RunAsync(ReadOnlyMemory<string> arguments, ToolConsole console, CancellationToken cancellation)
    {
        if (arguments.Span.ContainsAny("--help", "-h"))
        {
            await console.Output.WriteLineAsync(Help);
            return 0;
        }

        var options = ServerArguments.Parse(arguments.Span, Environment.GetEnvironmentVariable(LogLevelVariable));
        using var logs = new LineLoggerFactory(Console.Out, options.LogLevels, TimeProvider.System);
        using var signals = new StopSignals();
        SamsaServer server;
        try
        {
            var config = BrokerConfig.Create(await options.ReadPropertiesAsync());
            server = await SamsaServer.StartAsync(config, logs, TimeProvider.System);
        }
        catch (Exception e) when (e is ConfigException or StartupException or StorageException or SocketException or IOException
            or UnauthorizedAccessException)
        {
            return CommandLine.Fail(console, e.Message);
        }

        await using (server)
        {
            await Console.Out.WriteLineAsync(ReadyLine(server));
            if (await Task.WhenAny(signals.Received, server.Broker.Failed).WaitAsync(cancellation) != signals.Received)
                return CommandLine.Fail(console, "every log directory failed; the log above names the first error of each");
        }

        return signals.ExitCode;
    }

    private static string ReadyLine(SamsaServer server)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan took = TimeProvider.System.GetLocalNow() - process.StartTime;
        string listeners = string.Join(", ", server.Listeners.Select(l => $"{l.Name}://{l.EndPoint}"));
        string http = server.HttpEndPoint is { } endPoint ? $", http://{endPoint}/metrics" : "";
        return string.Create(
            CultureInfo.InvariantCulture, $"Samsa {SamsaServer.Version} is ready on {listeners}{http} (started in {took.TotalSeconds:F2} s)");
    }
}
