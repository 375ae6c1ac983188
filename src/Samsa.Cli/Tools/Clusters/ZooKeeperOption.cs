using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>
/// <c>--zookeeper</c>, by which tools of Kafka 2 and before found the cluster. It is understood, so that the mistake is told by what to do
/// instead of by an unknown name; serving it needs a ZooKeeper client, which this version does not have.
/// </summary>
internal static class ZooKeeperOption
{
    /// <summary>Declares the option: one of older releases, so that it is not in the table of <c>--help</c>.</summary>
    public static Option<string> Declare(OptionSet options) => options.Text(
        "zookeeper", "urls", "The ZooKeeper of the cluster; not served yet.", since: KafkaRelease.V43, until: KafkaRelease.V39);

    /// <summary>Refuses a command line that names it.</summary>
    /// <exception cref="ToolException">It does.</exception>
    public static void Refuse(ParsedOptions options, Option<string> option)
    {
        if (options.Has(option))
            throw new ToolException("--zookeeper is not served yet; name a broker with --bootstrap-server HOST:PORT instead");
    }
}
