using System.Globalization;
using System.Text;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;

namespace Samsa.Cli.Tools.Shell;

/// <summary>Quotas: nodes below <c>/zookeeper/quota</c> that the server looks at.</summary>
internal static partial class ShellCommands
{
    private const string QuotaRoot = "/zookeeper/quota";
    private const string Limits = "/zookeeper_limits";
    private const string Counters = "/zookeeper_stats";

    private static async Task ListQuotaAsync(ShellSession shell, ShellCall call)
    {
        string node = QuotaRoot + call.Path + Limits;
        shell.Output.Error($"absolute path is {node}");
        var limits = await shell.Client.TryAsync(Operation.GetData(node));
        if (limits.Error == KeeperError.NoNode)
        {
            shell.Output.Error($"quota for {call.Path} does not exist.");
            return;
        }

        shell.Output.Line($"Output quota for {call.Path} {limits.Value.Text}");
        var used = await shell.RunAsync(Operation.GetData(QuotaRoot + call.Path + Counters));
        shell.Output.Line($"Output stat for {call.Path} {used.Text}");
    }

    private static async Task SetQuotaAsync(ShellSession shell, ShellCall call)
    {
        if (!call.Has("n") && !call.Has("b") && !call.Has("N") && !call.Has("B"))
        {
            throw new ShellException("org.apache.commons.cli.MissingOptionException: Missing required option: "
                + "[-n num soft quota, -b bytes soft quota, -N num hard quota, -B bytes hard quota]");
        }

        string path = call.Path;
        if (path == "/" || path.StartsWith("/zookeeper", StringComparison.Ordinal))
            throw new ShellException("cannot set a quota under the path: " + path);
        if (await shell.RunAsync(Operation.Exists(path)) is null)
            throw new KeeperException(KeeperError.NoNode, path);
        await RefuseNestedAsync(shell, path);
        await MakeAsync(shell, QuotaRoot + path);

        var old = await shell.Client.TryAsync(Operation.GetData(QuotaRoot + path + Limits));
        var quota = QuotaText.Parse(old.Error == KeeperError.NoNode ? "" : old.Value.Text);
        quota = new QuotaText(
            call.Number("n", quota.Count), call.Number("b", quota.Bytes), call.Number("N", quota.CountHardLimit), call.Number("B", quota.ByteHardLimit));
        var data = Encoding.UTF8.GetBytes(quota.ToString());
        if (old.Error == KeeperError.NoNode)
        {
            await shell.RunAsync(Operation.Create(QuotaRoot + path + Limits, data));
            await shell.RunAsync(Operation.Create(QuotaRoot + path + Counters, Encoding.UTF8.GetBytes("count=0,bytes=0")));
        }
        else
        {
            await shell.RunAsync(Operation.SetData(QuotaRoot + path + Limits, data));
        }

        await WarnAsync(shell, path, quota);
    }

    private static async Task DeleteQuotaAsync(ShellSession shell, ShellCall call)
    {
        string node = QuotaRoot + call.Path + Limits;
        var limits = await shell.Client.TryAsync(Operation.GetData(node));
        if (limits.Error == KeeperError.NoNode)
        {
            shell.Output.Error($"quota does not exist for {call.Path}");
            return;
        }

        var quota = QuotaText.Parse(limits.Value.Text);
        if (call.Has("n") || call.Has("b") || call.Has("N") || call.Has("B"))
        {
            quota = new QuotaText(
                call.Has("n") ? -1 : quota.Count,
                call.Has("b") ? -1 : quota.Bytes,
                call.Has("N") ? -1 : quota.CountHardLimit,
                call.Has("B") ? -1 : quota.ByteHardLimit);
            await shell.RunAsync(Operation.SetData(node, Encoding.UTF8.GetBytes(quota.ToString())));
            return;
        }

        await shell.RunAsync(Operation.Delete(node));
        await shell.RunAsync(Operation.Delete(QuotaRoot + call.Path + Counters));

        // Nodes that only led to this quota go too.
        for (string path = call.Path; path.Length > 1; path = path[..Math.Max(1, path.LastIndexOf('/'))])
        {
            if (!(await shell.Client.TryAsync(Operation.Delete(QuotaRoot + path))).IsOk)
                return;
        }
    }

    private static async Task RefuseNestedAsync(ShellSession shell, string path)
    {
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            string parent = path[..slash];
            if (await shell.RunAsync(Operation.Exists(QuotaRoot + parent + Limits)) is not null)
                throw new ShellException($"{path} has a parent {parent} which has a quota");
        }

        if (await shell.RunAsync(Operation.Exists(QuotaRoot + path)) is null)
            return;
        var below = new List<string>();
        await VisitAsync(shell, QuotaRoot + path, below.Add);
        string? child = below.Find(node => node.EndsWith(Limits, StringComparison.Ordinal) && node != QuotaRoot + path + Limits);
        if (child is not null)
            throw new ShellException($"{path} has a child {child[QuotaRoot.Length..^Limits.Length]} which has a quota");
    }

    private static async Task MakeAsync(ShellSession shell, string path)
    {
        for (int slash = path.IndexOf('/', 1); ; slash = path.IndexOf('/', slash + 1))
        {
            var made = await shell.Client.TryAsync(Operation.Create(slash < 0 ? path : path[..slash]));
            if (made.Error is not (KeeperError.Ok or KeeperError.NodeExists))
                throw new KeeperException(made.Error, made.Path);
            if (slash < 0)
                return;
        }
    }

    private static async Task WarnAsync(ShellSession shell, string path, QuotaText quota)
    {
        var used = QuotaText.Parse((await shell.RunAsync(Operation.GetData(QuotaRoot + path + Counters))).Text);
        Warn("count", quota.Count, used.Count);
        Warn("bytes", quota.Bytes, used.Bytes);
        Warn("count hard", quota.CountHardLimit, used.Count);
        Warn("bytes hard", quota.ByteHardLimit, used.Bytes);

        void Warn(string what, long limit, long there)
        {
            if (limit > -1 && limit < there)
            {
                shell.Output.Line(string.Create(
                    CultureInfo.InvariantCulture, $"[Warning]: the {what} quota you create is less than the existing {what.Split(' ')[0]}:{there}"));
            }
        }
    }
}
