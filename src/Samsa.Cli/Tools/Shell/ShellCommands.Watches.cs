using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;

namespace Samsa.Cli.Tools.Shell;

/// <summary>Watches, whose events the shell prints.</summary>
internal static partial class ShellCommands
{
    private static async Task AddWatchAsync(ShellSession shell, ShellCall call)
    {
        var mode = call.Value("m")?.ToUpperInvariant() switch
        {
            null or "PERSISTENT_RECURSIVE" => AddWatchMode.PersistentRecursive,
            "PERSISTENT" => AddWatchMode.Persistent,
            var other => throw new ShellException($"-m: \"{other}\" is neither PERSISTENT nor PERSISTENT_RECURSIVE"),
        };
        await shell.RunAsync(Operation.AddWatch(call.Path, mode, shell.Output));
    }

    private static Task RemoveWatchesAsync(ShellSession shell, ShellCall call)
    {
        var type = call.Has("c") ? WatcherType.Children : call.Has("d") ? WatcherType.Data : WatcherType.Any;
        return shell.Client.RemoveWatchesAsync(call.Path, type, call.Has("l"));
    }

    private static Task PrintWatchesAsync(ShellSession shell, ShellCall call)
    {
        if (call.Arguments.Count > 0)
            shell.Output.PrintsEvents = call.Arguments[0] == "on";
        else
            shell.Output.Line($"printwatches is {(shell.Output.PrintsEvents ? "on" : "off")}");
        return Task.CompletedTask;
    }
}
