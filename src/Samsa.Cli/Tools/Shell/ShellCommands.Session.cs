using System.Globalization;
using Samsa.ZooKeeper.Operations;

namespace Samsa.Cli.Tools.Shell;

/// <summary>The shell itself and its connection.</summary>
internal static partial class ShellCommands
{
    private const int HistoryShown = 11;

    // The release whose shell this one follows.
    private const string LikeVersion = "3.8.4";

    private static Task ConnectAsync(ShellSession shell, ShellCall call) =>
        shell.ConnectAsync(call.Arguments.Count > 0 ? call.Arguments[0] : ShellArguments.DefaultServer);

    private static async Task ConfigAsync(ShellSession shell, ShellCall call)
    {
        var node = await shell.RunAsync(Operation.GetConfig(call.Has("w") ? shell.Output : null));
        shell.Output.Line(call.Has("c") ? ClientAddresses(node.Text) : node.Text);
        if (call.Has("s"))
            shell.Output.Line(StatText.Of(node.Stat));
    }

    private static Task HistoryAsync(ShellSession shell, ShellCall call)
    {
        for (int i = Math.Max(0, shell.History.Count - HistoryShown); i < shell.History.Count; i++)
            shell.Output.Line(string.Create(CultureInfo.InvariantCulture, $"{i} - {shell.History[i]}"));
        return Task.CompletedTask;
    }

    private static Task RedoAsync(ShellSession shell, ShellCall call) =>
        int.TryParse(call.Path, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index)
            ? shell.RedoAsync(index)
            : throw new ShellException("Command index out of range");

    private static async Task QuitAsync(ShellSession shell, ShellCall call)
    {
        shell.IsOver = true;
        await shell.CloseAsync();
    }

    private static Task VersionAsync(ShellSession shell, ShellCall call)
    {
        shell.Output.Line($"ZooKeeper CLI version: {LikeVersion} (Samsa {SamsaVersion.Text})");
        return Task.CompletedTask;
    }

    // server.1=host:2888:3888:participant;0.0.0.0:2181 and version=100000000: where clients connect, and the version.
    private static string ClientAddresses(string config)
    {
        var addresses = new List<string>();
        string version = "";
        foreach (string line in config.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string value = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..];
            if (line.StartsWith("version=", StringComparison.Ordinal))
                version = " " + value;
            else if (line.StartsWith("server.", StringComparison.Ordinal) && value.Split(';') is [var quorum, var client])
                addresses.Add(client.Contains(':', StringComparison.Ordinal) ? client : $"{quorum.Split(':')[0]}:{client}");
        }

        return string.Join(',', addresses) + version;
    }
}
