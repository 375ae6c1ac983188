using System.Text;
using Samsa.ZooKeeper.Watches;

namespace Samsa.Cli.Tools.Shell;

/// <summary>
/// What the shell prints: results, and events, which come from another thread at any time. Any thread; lives as long as the shell.
/// </summary>
internal sealed class ShellOutput(ToolConsole console) : INodeWatcher
{
    /// <summary>Whether events are printed (<c>printwatches</c>).</summary>
    public bool PrintsEvents { get; set; } = true;

    /// <summary>Is called after something was printed in between, so that the line that is being typed can be shown again.</summary>
    public Action? AfterEvent { get; set; }

    public void Line(string text) => console.WriteBytes(Encoding.UTF8.GetBytes(text + "\n"));

    public void Raw(string text) => console.WriteBytes(Encoding.UTF8.GetBytes(text));

    /// <summary>Data of a node, whatever they are, and a line end.</summary>
    public void Data(ReadOnlyMemory<byte>? data)
    {
        if (data is not { } bytes)
        {
            Line("null");
            return;
        }

        byte[] line = [.. bytes.Span, (byte)'\n'];
        console.WriteBytes(line);
    }

    public void Error(string text) => console.Error(text);

    public void OnEvent(WatchedEvent change)
    {
        if (PrintsEvents)
        {
            Line($"\nWATCHER::\n\n{change}");
            AfterEvent?.Invoke();
        }
    }
}
