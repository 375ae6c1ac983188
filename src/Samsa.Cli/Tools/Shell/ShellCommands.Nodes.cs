using System.Globalization;
using System.Text;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;

namespace Samsa.Cli.Tools.Shell;

/// <summary>Nodes: made, read, changed, deleted.</summary>
internal static partial class ShellCommands
{
    // Apache's shell deletes that many nodes in one transaction.
    private const int DefaultBatch = 1000;

    private static async Task CreateAsync(ShellSession shell, ShellCall call)
    {
        bool sequential = call.Has("s"), ephemeral = call.Has("e"), container = call.Has("c"), ttl = call.Has("t");
        if (container && (sequential || ephemeral))
            throw new ShellException("-c cannot be combined with -s or -e. Containers cannot be ephemeral or sequential.");
        if (ttl && ephemeral)
            throw new ShellException("TTLs cannot be used with Ephemeral znodes");
        if (ttl && container)
            throw new ShellException("TTLs cannot be used with Container znodes");
        var mode = (sequential, ephemeral, container, ttl) switch
        {
            (true, true, _, _) => CreateMode.EphemeralSequential,
            (true, _, _, true) => CreateMode.PersistentSequentialWithTtl,
            (true, _, _, _) => CreateMode.PersistentSequential,
            (_, true, _, _) => CreateMode.Ephemeral,
            (_, _, true, _) => CreateMode.Container,
            (_, _, _, true) => CreateMode.PersistentWithTtl,
            _ => CreateMode.Persistent,
        };
        var data = call.Arguments.Count > 1 ? Encoding.UTF8.GetBytes(call.Arguments[1]) : default(ReadOnlyMemory<byte>?);
        var acl = call.Arguments.Count > 2 ? AclText.Parse(call.Arguments[2], shell.Output.Error) : null;
        TimeSpan? life = ttl ? TimeSpan.FromMilliseconds(call.Number("t", 0)) : null;
        var made = await shell.RunAsync(Operation.Create(call.Path, data, mode, acl, life));
        shell.Output.Error($"Created {made.Path}");
    }

    private static async Task GetAsync(ShellSession shell, ShellCall call)
    {
        var node = await shell.RunAsync(Operation.GetData(call.Path, call.Has("w") ? shell.Output : null));
        shell.Output.Data(node.Data);
        if (call.Has("s"))
            shell.Output.Line(StatText.Of(node.Stat));
    }

    private static async Task SetAsync(ShellSession shell, ShellCall call)
    {
        var stat = await shell.RunAsync(Operation.SetData(call.Path, Encoding.UTF8.GetBytes(call.Arguments[1]), call.Version()));
        if (call.Has("s"))
            shell.Output.Line(StatText.Of(stat));
    }

    private static async Task StatAsync(ShellSession shell, ShellCall call)
    {
        var stat = await shell.RunAsync(Operation.Exists(call.Path, call.Has("w") ? shell.Output : null))
            ?? throw new KeeperException(KeeperError.NoNode, call.Path);
        shell.Output.Line(StatText.Of(stat));
    }

    private static async Task ListAsync(ShellSession shell, ShellCall call)
    {
        if (call.Has("R"))
        {
            await VisitAsync(shell, call.Path, shell.Output.Line);
            return;
        }

        var node = await shell.RunAsync(Operation.GetChildren2(call.Path, call.Has("w") ? shell.Output : null));
        shell.Output.Line(InBrackets(node.Names.Order(StringComparer.Ordinal)));
        if (call.Has("s"))
            shell.Output.Line(StatText.Of(node.Stat));
    }

    private static async Task DeleteAsync(ShellSession shell, ShellCall call) =>
        await shell.RunAsync(Operation.Delete(call.Path, call.Version()));

    private static async Task DeleteAllAsync(ShellSession shell, ShellCall call)
    {
        long batch = call.Number("b", DefaultBatch);
        if (batch < 1)
            throw new ShellException("-b: a batch has at least one node");

        var paths = new List<string>();
        await VisitAsync(shell, call.Path, paths.Add);

        // The root stays; what is below goes before what is above.
        var deletes = paths.Where(path => path != "/").Reverse().Select(path => (Operation)Operation.Delete(path)).ToArray();
        foreach (var chunk in deletes.Chunk((int)Math.Min(batch, int.MaxValue)))
        {
            var result = await shell.Client.TryAsync(Operation.Multi(chunk));
            if (!result.IsOk)
            {
                string? path = result.ValueOrDefault is { FailedAt: >= 0 and var at } ? chunk[at].Path : call.Path;
                throw new KeeperException(result.Error, path);
            }
        }
    }

    private static async Task SyncAsync(ShellSession shell, ShellCall call)
    {
        await shell.RunAsync(Operation.Sync(call.Path));
        shell.Output.Line("Sync is OK");
    }

    private static async Task GetEphemeralsAsync(ShellSession shell, ShellCall call)
    {
        var paths = await shell.RunAsync(Operation.GetEphemerals(call.Arguments.Count > 0 ? call.Path : "/"));
        shell.Output.Line(InBrackets(paths.Order(StringComparer.Ordinal)));
    }

    private static async Task GetAllChildrenNumberAsync(ShellSession shell, ShellCall call) => shell.Output.Line(
        (await shell.RunAsync(Operation.GetAllChildrenNumber(call.Path))).ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// A node and all below it, in the order of Apache's shell: the children of a node one after the other, by their names, and then
    /// what is below the first of them, and so on.
    /// </summary>
    private static async Task VisitAsync(ShellSession shell, string path, Action<string> visit)
    {
        var waiting = new Stack<string>([path]);
        while (waiting.TryPop(out string? next))
        {
            var names = await shell.Client.TryAsync(Operation.GetChildren(next));
            if (names.Error == KeeperError.NoNode && next != path)
                continue;
            string[] children = [.. names.Value.Order(StringComparer.Ordinal).Select(name => next == "/" ? "/" + name : $"{next}/{name}")];
            if (next == path)
                visit(path);
            foreach (string child in children)
                visit(child);
            for (int i = children.Length - 1; i >= 0; i--)
                waiting.Push(children[i]);
        }
    }

    private static string InBrackets(IEnumerable<string> names) => $"[{string.Join(", ", names)}]";
}
