using System.Text;
using Samsa.ZooKeeper.Operations;

namespace Samsa.Cli.Tools.Shell;

/// <summary>Who may do what.</summary>
internal static partial class ShellCommands
{
    private static Task AddAuthAsync(ShellSession shell, ShellCall call) =>
        shell.Client.AddAuthAsync(call.Arguments[0], call.Arguments.Count > 1 ? Encoding.UTF8.GetBytes(call.Arguments[1]) : default);

    private static async Task GetAclAsync(ShellSession shell, ShellCall call)
    {
        var acl = await shell.RunAsync(Operation.GetAcl(call.Path));
        foreach (var entry in acl.Entries)
            shell.Output.Line(AclText.Of(entry));
        if (call.Has("s"))
            shell.Output.Line(StatText.Of(acl.Stat));
    }

    private static async Task SetAclAsync(ShellSession shell, ShellCall call)
    {
        var acl = AclText.Parse(call.Arguments[1], shell.Output.Error);
        var paths = new List<string> { call.Path };
        if (call.Has("R"))
        {
            paths.Clear();
            await VisitAsync(shell, call.Path, paths.Add);
        }

        foreach (string path in paths)
        {
            var stat = await shell.RunAsync(Operation.SetAcl(path, acl, call.Version()));
            if (call.Has("s"))
                shell.Output.Line(StatText.Of(stat));
        }
    }

    private static async Task WhoAmIAsync(ShellSession shell, ShellCall call)
    {
        shell.Output.Line("Auth scheme: User");
        foreach (var who in await shell.RunAsync(Operation.WhoAmI()))
            shell.Output.Line($"{who.AuthScheme}: {who.User}");
    }
}
