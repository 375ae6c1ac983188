using System.Globalization;

namespace Samsa.Cli.Tools.Shell;

/// <summary>What the command line of <c>zkCli</c> or <c>zookeeper-shell</c> says.</summary>
internal sealed record ShellArguments
{
    /// <summary>Where the shell connects when nothing is said.</summary>
    public const string DefaultServer = "localhost:2181";

    public string Server { get; init; } = DefaultServer;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Commands wait until there is a connection, however long that takes.</summary>
    public bool WaitsForConnection { get; init; }

    /// <summary>The one command to run; empty for a shell.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>What the usage line tells of the options.</summary>
    public required string UsageOfOptions { get; init; }

    /// <summary>Reads the command line of <c>zkCli</c>.</summary>
    /// <exception cref="ToolException">It cannot be understood.</exception>
    public static ShellArguments ParseZkCli(ReadOnlySpan<string> words)
    {
        var arguments = new ShellArguments { UsageOfOptions = "-client-configuration properties-file" };
        for (int i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "-server":
                    arguments = arguments with { Server = Next(words, ref i) };
                    break;
                case "-timeout":
                    string text = Next(words, ref i);
                    arguments = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0
                        ? arguments with { Timeout = TimeSpan.FromMilliseconds(value) }
                        : throw new ToolException($"-timeout: \"{text}\" is not a number of milliseconds");
                    break;
                case "-waitforconnection":
                    arguments = arguments with { WaitsForConnection = true };
                    break;
                case "-r" or "-client-configuration":
                    throw new ToolException($"{words[i]} is not supported: there are neither read-only servers nor TLS yet");
                default:
                    return arguments with { Command = words[i..].ToArray() };
            }
        }

        return arguments;
    }

    /// <summary>Reads the command line of <c>zookeeper-shell</c>; null where there is none.</summary>
    /// <exception cref="ToolException">It cannot be understood.</exception>
    public static ShellArguments? ParseKafkaShell(ReadOnlySpan<string> words)
    {
        if (words.Length == 0)
            return null;
        if (words.Length > 1 && words[1] == "-zk-tls-config-file")
            throw new ToolException("-zk-tls-config-file is not supported: there is no TLS to ZooKeeper yet");
        return new ShellArguments
        {
            UsageOfOptions = "[-zk-tls-config-file <file>]",
            Server = words[0],
            Command = words[1..].ToArray(),
        };
    }

    private static string Next(ReadOnlySpan<string> words, ref int index) =>
        index + 1 < words.Length ? words[++index] : throw new ToolException($"{words[index]} needs a value");
}
