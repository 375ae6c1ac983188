using System.Text;

namespace Samsa.InteropTests.Support;

/// <summary>What a finished child process left behind.</summary>
internal sealed record ChildResult(string Command, int ExitCode, byte[] Output, string Errors)
{
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>The lines of the output, without an empty last one.</summary>
    public string[] Lines => Text.TrimEnd('\n').Split('\n');

    /// <summary>Fails the test with everything the process said unless it ended with 0.</summary>
    public ChildResult Succeeded() => ExitCode == 0 ? this : throw new InvalidOperationException(Describe());

    public string Describe() =>
        $"{Command}\nended with {ExitCode}\n--- stdout\n{Shorten(Text)}\n--- stderr\n{Shorten(Errors)}";

    private static string Shorten(string text) => text.Length <= 4000 ? text : text[..2000] + "\n[...]\n" + text[^2000..];
}
