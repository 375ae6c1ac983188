using Samsa.Broker.Configuration;
using Samsa.Server;

namespace Samsa.Cli;

/// <summary>Finds the tool that a command line names and runs it. Every mistake ends in one line on standard error and exit code 1.</summary>
internal static class CommandLine
{
    /// <summary>What a mistake of the user, or a failed start, gives.</summary>
    public const int Failure = 1;

    private static readonly ICommand[] Commands = [new ServerCommand()];

    /// <summary>Runs the command line of a process.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments.Length == 0 || arguments[0] is "--help" or "-h" or "help" && arguments.Length == 1)
        {
            await Console.Out.WriteLineAsync(Overview());
            return arguments.Length == 0 ? Failure : 0;
        }

        if (arguments[0] is "--version" or "version")
        {
            await Console.Out.WriteLineAsync($"samsa {SamsaServer.Version}");
            return 0;
        }

        bool helpFirst = arguments[0] == "help";
        string name = helpFirst ? arguments[1] : arguments[0];
        if (Array.Find(Commands, c => c.Name == name) is not { } command)
            return await FailAsync($"there is no command '{name}'{Guess(name)}; see 'samsa --help'");
        if (helpFirst || arguments.AsSpan(1).ContainsAny("--help", "-h"))
        {
            await Console.Out.WriteLineAsync(command.Help);
            return 0;
        }

        try
        {
            return await command.RunAsync(arguments.AsMemory(1));
        }
        catch (UsageException e)
        {
            return await FailAsync($"{name}: {e.Message}; see 'samsa {name} --help'");
        }
    }

    /// <summary>Prints one line on standard error.</summary>
    /// <returns><see cref="Failure"/>.</returns>
    public static async Task<int> FailAsync(string message)
    {
        await Console.Error.WriteLineAsync($"samsa: {message.ReplaceLineEndings(" ")}");
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

    private static string Guess(string word) => Guess(word, Commands.Select(c => c.Name));

    private static string Overview() =>
        $"""
        samsa {SamsaServer.Version}: a Kafka-compatible event streaming platform

        Usage: samsa COMMAND [arguments]

        Commands:
        {string.Join(Environment.NewLine, Commands.Select(c => $"  {c.Name,-12} {c.Summary}"))}

          samsa COMMAND --help   tells more about a command
          samsa --version        prints the version
        """;
}
