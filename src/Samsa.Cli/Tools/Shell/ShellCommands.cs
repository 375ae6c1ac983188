namespace Samsa.Cli.Tools.Shell;

/// <summary>All commands of the shell, in the order of its help.</summary>
internal static partial class ShellCommands
{
    public static IReadOnlyList<ShellCommand> All { get; } =
    [
        new("addWatch", "[-m mode] path # optional mode is one of [PERSISTENT, PERSISTENT_RECURSIVE] - default is PERSISTENT_RECURSIVE", 1, AddWatchAsync)
        { Values = ["m"] },
        new("addauth", "scheme auth", 1, AddAuthAsync),
        new("close", "", 0, static (shell, _) => shell.CloseAsync()),
        new("config", "[-c] [-w] [-s]", 0, ConfigAsync) { Flags = ["c", "w", "s"] },
        new("connect", "host:port", 0, ConnectAsync) { IsLocal = true },
        new("create", "[-s] [-e] [-c] [-t ttl] path [data] [acl]", 1, CreateAsync) { Flags = ["s", "e", "c"], Values = ["t"] },
        new("delete", "[-v version] path", 1, DeleteAsync) { Values = ["v"] },
        new("deleteall", "path [-b batch size]", 1, DeleteAllAsync) { Values = ["b"] },
        new("delquota", "[-n|-b|-N|-B] path", 1, DeleteQuotaAsync) { Flags = ["n", "b", "N", "B"] },
        new("get", "[-s] [-w] path", 1, GetAsync) { Flags = ["s", "w"] },
        new("getAcl", "[-s] path", 1, GetAclAsync) { Flags = ["s"] },
        new("getAllChildrenNumber", "path", 1, GetAllChildrenNumberAsync),
        new("getEphemerals", "path", 0, GetEphemeralsAsync),
        new("history", "", 0, HistoryAsync) { IsLocal = true },
        new("listquota", "path", 1, ListQuotaAsync),
        new("ls", "[-s] [-w] [-R] path", 1, ListAsync) { Flags = ["s", "w", "R"] },
        new("printwatches", "on|off", 0, PrintWatchesAsync) { IsLocal = true },
        new("quit", "", 0, QuitAsync) { IsLocal = true },
        new("redo", "cmdno", 1, RedoAsync) { IsLocal = true },
        new("removewatches", "path [-c|-d|-a] [-l]", 1, RemoveWatchesAsync) { Flags = ["c", "d", "a", "l"] },
        new("set", "[-s] [-v version] path data", 2, SetAsync) { Flags = ["s"], Values = ["v"] },
        new("setAcl", "[-s] [-v version] [-R] path acl", 2, SetAclAsync) { Flags = ["s", "R"], Values = ["v"] },
        new("setquota", "-n|-b|-N|-B val path", 1, SetQuotaAsync) { Values = ["n", "b", "N", "B"] },
        new("stat", "[-w] path", 1, StatAsync) { Flags = ["w"] },
        new("sync", "path", 1, SyncAsync),
        new("version", "", 0, VersionAsync) { IsLocal = true },
        new("whoami", "", 0, WhoAmIAsync),
    ];
}
