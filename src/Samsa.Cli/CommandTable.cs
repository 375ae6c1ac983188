using Samsa.Cli.Tools.ApiVersions;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.DumpLog;
using Samsa.Cli.Tools.LogDirs;
using Samsa.Cli.Tools.Offsets;
using Samsa.Cli.Tools.Records;
using Samsa.Cli.Tools.Topics;

namespace Samsa.Cli;

/// <summary>All tools of the executable.</summary>
internal static class CommandTable
{
    /// <summary>The tools, in the order of the overview.</summary>
    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        new("server", "runs a broker", static () => new ServerCommand()),
        new("dump-log", "prints and checks the files of a log directory", static () => new DumpLogTool()),
        new("broker-api-versions", "prints what each broker serves", static () => new BrokerApiVersionsTool()),
        new("cluster", "prints the id and the endpoints of a cluster", static () => new ClusterTool()),
        new("delete-records", "deletes the first records of partitions", static () => new DeleteRecordsTool()),
        new("get-offsets", "prints the offsets of partitions", static () => new GetOffsetsTool()),
        new("log-dirs", "prints what lies in the log directories of brokers", static () => new LogDirsTool()),
        new("topics", "creates, lists, describes, grows and deletes topics", static () => new TopicsTool()),
    ];
}
