using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>
/// <c>--zookeeper</c>, by which tools of Kafka 2 and before found the cluster. Those wrote into ZooKeeper themselves; here the tool
/// reads there where the brokers are, and asks them: before the command line is parsed the option becomes <c>--bootstrap-server</c>.
/// </summary>
internal static class ZooKeeperOption
{
    private const string Name = "zookeeper";
    private const string Written = "--" + Name;
    private const string Server = "--bootstrap-server";

    /// <summary>Declares the option: one of older releases, so that it is not in the table of <c>--help</c>.</summary>
    public static Option<string> Declare(OptionSet options) => options.Text(
        Name, "urls", "The ZooKeeper in which the brokers are looked up.", since: KafkaRelease.V43, until: KafkaRelease.V39);

    /// <summary>The command line with the brokers in place of their ZooKeeper; as it is where the tool or the line has no such option.</summary>
    /// <exception cref="ToolException">Brokers are named too, ZooKeeper does not answer, or it knows no broker.</exception>
    public static async Task<ReadOnlyMemory<string>> ResolveAsync(OptionSet options, ReadOnlyMemory<string> arguments, CancellationToken cancellation)
    {
        if (options.Find(Name) is null || Find(arguments.Span) is not (var index, var length, { } servers))
            return arguments;
        foreach (string argument in arguments.Span)
        {
            if (argument == Server || argument.StartsWith(Server + "=", StringComparison.Ordinal))
                throw new ToolException("Only one of --bootstrap-server or --zookeeper must be specified");
        }

        string brokers = await ZooKeeperBrokers.FindAsync(servers, cancellation);
        return (string[])[.. arguments.Span[..index], Server, brokers, .. arguments.Span[(index + length)..]];
    }

    private static (int Index, int Length, string? Value) Find(ReadOnlySpan<string> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == Written && i + 1 < arguments.Length)
                return (i, 2, arguments[i + 1]);
            if (arguments[i].StartsWith(Written + "=", StringComparison.Ordinal))
                return (i, 1, arguments[i][(Written.Length + 1)..]);
        }

        return (-1, 0, null);
    }
}
