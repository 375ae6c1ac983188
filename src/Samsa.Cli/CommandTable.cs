using Samsa.Cli.Tools.DumpLog;

namespace Samsa.Cli;

/// <summary>All tools of the executable.</summary>
internal static class CommandTable
{
    /// <summary>The tools, in the order of the overview.</summary>
    public static IReadOnlyList<CommandEntry> All { get; } =
    [
        new("server", "runs a broker", static () => new ServerCommand()),
        new("dump-log", "prints and checks the files of a log directory", static () => new DumpLogTool()),
    ];
}
