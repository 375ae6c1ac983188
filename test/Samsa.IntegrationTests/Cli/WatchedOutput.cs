using System.Text;

namespace Samsa.IntegrationTests.Cli;

/// <summary>Takes what a tool writes, and lets a test wait for a text in it. The tool's threads write, the test's wait.</summary>
internal sealed class WatchedOutput : MemoryStream
{
    private readonly List<(string Text, TaskCompletionSource Seen)> _waiting = [];

    public string Text
    {
        get
        {
            lock (_waiting)
                return Encoding.UTF8.GetString(ToArray());
        }
    }

    /// <summary>Completes when the text was written.</summary>
    public Task SeenAsync(string text)
    {
        lock (_waiting)
        {
            if (Encoding.UTF8.GetString(ToArray()).Contains(text, StringComparison.Ordinal))
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((text, seen));
            return seen.Task;
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        lock (_waiting)
        {
            base.Write(buffer, offset, count);
            string text = Encoding.UTF8.GetString(ToArray());
            foreach (var (wanted, seen) in _waiting)
            {
                if (text.Contains(wanted, StringComparison.Ordinal))
                    seen.TrySetResult();
            }
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);
}
