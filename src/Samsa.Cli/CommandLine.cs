using Samsa.Broker.Configuration;
using Samsa.Cli.Tools;

namespace Samsa.Cli;

/// <summary>Finds the tool that a command line names and runs it. Every mistake ends in one line on standard error and exit code 1.</summary>
internal static class CommandLine
{
    /// <summary>What a mistake of the user, or a failed start, gives.</summary>
    public const int Failure = 1;

    private static readonly string[] HelpOnly = ["--help"];

    /// <summary>Runs the command line of a process.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments, ToolConsole console, CancellationToken cancellation = default)
    {
        int code = await DispatchAsync(arguments, console, cancellation);
        await console.FlushAsync();
        return code;
    }

    /// <summary>Prints one line on standard error.</summary>
    /// <returns><see cref="Failure"/>.</returns>
    public static int Fail(ToolConsole console, string message)
    {
        console.Error($"samsa: {message.ReplaceLineEndings(" ")}");
        return Failure;
    }

    /// <summary>The end of a message about an unknown word: the known one that was probably meant, if any is near.</summary>
    public static string Guess(string word, params IEnumerable<string> known)
    {
        string? nearest = known.MinBy(k => EditDistance.Between(k, word));
        return nearest is not null && EditDistance.Between(nearest, word) <= Math.Max(2, nearest.Length / 3)
            ? $"; did you mean '{nearest}'?"
            : "";
    }

    private static async Task<int> DispatchAsync(string[] arguments, ToolConsole console, CancellationToken cancellation)
    {
        if (arguments is [] or ["--help" or "-h", ..] or ["help"])
        {
            await console.Output.WriteLineAsync(Overview());
            return arguments.Length == 0 ? Failure : 0;
        }

        if (arguments[0] is "--version" or "version")
        {
            await console.Output.WriteLineAsync($"samsa {SamsaVersion.Text}");
            return 0;
        }

        bool helpFirst = arguments[0] == "help";
        string name = helpFirst ? arguments[1] : arguments[0];
        if (CommandTable.All.FirstOrDefault(c => c.Name == name) is not { } entry)
            return Fail(console, $"there is no command '{name}'{Guess(name, CommandTable.All.Select(c => c.Name))}; see 'samsa --help'");
        try
        {
            return await entry.Create().RunAsync(helpFirst ? HelpOnly : arguments.AsMemory(1), console, cancellation);
        }
        catch (UsageException e)
        {
            return Fail(console, $"{name}: {e.Message}; see 'samsa {name} --help'");
        }
    }

    private static string Overview() =>
        $"""
        samsa {SamsaVersion.Text}: a Kafka-compatible event streaming platform

        Usage: samsa COMMAND [arguments]

        Commands:
        {string.Join('\n', CommandTable.All.Select(c => $"  {c.Name,-20} {c.Summary}"))}

          samsa COMMAND --help   tells more about a command
          samsa --version        prints the version

        Every command of Apache Kafka is also bin/kafka-COMMAND and bin/kafka-COMMAND.sh, as there; ZooKeeper's are bin/zkServer, bin/zkCli,
        bin/zookeeper-server-start, bin/zookeeper-server-stop and bin/zookeeper-shell.
        """;
}
