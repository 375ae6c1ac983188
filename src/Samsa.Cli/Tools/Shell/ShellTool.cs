using System.Text;

namespace Samsa.Cli.Tools.Shell;

/// <summary>
/// The shell of ZooKeeper under its two names: <c>zkCli</c>, with <c>-server</c>, and Kafka's <c>zookeeper-shell</c>, whose first
/// argument is the server. With a command it runs that one; without one it reads them, line by line, from a terminal with history and
/// completion. It ends with the exit code of the last command, as Apache's does.
/// </summary>
internal sealed class ShellTool(bool isKafkas) : ICommand
{
    private const string KafkaUsage = "USAGE: zookeeper-shell zookeeper_host:port[/path] [args...]";

    public async Task<int> RunAsync(ReadOnlyMemory<string> arguments, ToolConsole console, CancellationToken cancellation)
    {
        try
        {
            var parsed = isKafkas ? ShellArguments.ParseKafkaShell(arguments.Span) : ShellArguments.ParseZkCli(arguments.Span);
            if (parsed is null)
            {
                await console.Output.WriteLineAsync(KafkaUsage);
                return ToolException.Failure;
            }

            return await ToolSignals.RunAsync(token => RunAsync(parsed, console, token), cancellation);
        }
        catch (ToolException e)
        {
            console.Error(e.Message);
            return e.ExitCode;
        }
    }

    private static async Task<int> RunAsync(ShellArguments arguments, ToolConsole console, CancellationToken cancellation)
    {
        var output = new ShellOutput(console);
        await using var shell = new ShellSession(arguments, output);
        output.Line($"Connecting to {arguments.Server}");
        try
        {
            await shell.ConnectAsync(arguments.Server);
        }
        catch (ShellException e)
        {
            throw new ToolException(e.Message);
        }

        if (arguments.WaitsForConnection)
            await shell.Client.WaitConnectedAsync(cancellation);
        if (arguments.Command.Count > 0)
        {
            await shell.RunAsync(arguments.Command, cancellation);

            // Nobody is there any more to whom the end of the session would say something.
            output.PrintsEvents = false;
            return shell.ExitCode;
        }

        output.Line("Welcome to ZooKeeper!");
        output.Line(console.IsInteractive ? "JLine support is enabled" : "JLine support is disabled");
        if (console.IsInteractive)
            await RunTerminalAsync(shell, cancellation);
        else
            await RunLinesAsync(shell, console, cancellation);
        if (!shell.IsOver)
            output.PrintsEvents = false;
        return shell.ExitCode;
    }

    private static async Task RunLinesAsync(ShellSession shell, ToolConsole console, CancellationToken cancellation)
    {
        using var lines = new StreamReader(console.Input, Encoding.UTF8, leaveOpen: true);
        while (!shell.IsOver && await lines.ReadLineAsync(cancellation).AsTask().WaitAsync(cancellation) is { } line)
            await shell.RunLineAsync(line, cancellation);
    }

    private static async Task RunTerminalAsync(ShellSession shell, CancellationToken cancellation)
    {
        var editor = new LineEditor(shell.Output.Raw, new ShellCompletion(shell).CompleteAsync);
        shell.Output.AfterEvent = editor.ShowAgain;
        while (!shell.IsOver)
        {
            if (await editor.ReadLineAsync(shell.Prompt, shell.History, Keys, cancellation) is not { } line)
                return;
            await shell.RunLineAsync(line, cancellation);
        }

        // The terminal's own call blocks, so it has a thread of the pool while it waits.
        static Task<ConsoleKeyInfo> Keys() => Task.Run(static () => Console.ReadKey(intercept: true));
    }
}
