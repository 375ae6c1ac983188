using Samsa.ZooKeeper.Operations;

namespace Samsa.Cli.Tools.Shell;

/// <summary>What the word before the cursor may become: the first a command, those with a slash the path of a node.</summary>
internal sealed class ShellCompletion(ShellSession shell)
{
    /// <summary>The words that the last word of <paramref name="line"/> may become; none where nobody knows.</summary>
    public async Task<IReadOnlyList<string>> CompleteAsync(string line)
    {
        int space = line.LastIndexOf(' ');
        string word = line[(space + 1)..];
        if (line.AsSpan(0, space + 1).IsWhiteSpace())
        {
            return [.. ShellCommands.All.Select(command => command.Name).Append("help")
                .Where(name => name.StartsWith(word, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        }

        if (!word.StartsWith('/') || !shell.IsConnected)
            return [];
        int slash = word.LastIndexOf('/');
        string parent = slash == 0 ? "/" : word[..slash];
        var names = await shell.Client.TryAsync(Operation.GetChildren(parent));
        return [.. (names.ValueOrDefault ?? []).Select(name => word[..(slash + 1)] + name)
            .Where(path => path.StartsWith(word, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }
}
