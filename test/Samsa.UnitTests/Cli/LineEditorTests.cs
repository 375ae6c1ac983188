using System.Text;
using Samsa.Cli.Tools.Shell;
using Xunit;

namespace Samsa.UnitTests.Cli;

/// <summary>What the keys of a terminal make of a line, and how a line becomes words.</summary>
public sealed class LineEditorTests
{
    private static readonly string[] History = ["first", "second"];

    private readonly StringBuilder _screen = new();

    [Theory]
    [InlineData("abc\r", "abc")]
    [InlineData("ac<<b\r", "bac")]
    [InlineData("ac<b\r", "abc")]
    [InlineData("abc\b\bx\r", "ax")]
    [InlineData("abc[b\r", "babc")]
    [InlineData("abc[b]d\r", "babcd")]
    [InlineData("abc[~\r", "bc")]
    [InlineData("ab cd^Wx\r", "ab x")]
    [InlineData("abc<^Kx\r", "abx")]
    [InlineData("abc<^Ux\r", "xc")]
    [InlineData("abc^Ax^Ey\r", "xabcy")]
    [InlineData("{\r", "second")]
    [InlineData("{{\r", "first")]
    [InlineData("{{{\r", "first")]
    [InlineData("typed{}\r", "typed")]
    [InlineData("{{}x\r", "secondx")]
    [InlineData("ge\t\r", "get")]
    [InlineData("get /z\t\r", "get /zookeeper/")]
    [InlineData("xyz\t\r", "xyz")]
    [InlineData("^D", null)]
    [InlineData("ab[^D\r", "b")]
    public async Task Keys_edit_the_line(string keys, string? line) => Assert.Equal(line, await ReadAsync(keys));

    [Fact]
    public async Task Words_that_are_possible_are_shown_and_the_line_again()
    {
        Assert.Equal("get", await ReadAsync("get\t\r"));

        Assert.EndsWith("\nget   getAcl\n\r> get\u001b[K\n", _screen.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("create /a data", "create|/a|data")]
    [InlineData("  create   /a \"two words\" 'and more'", "create|/a|two words|and more")]
    [InlineData("set /a \"\"", "set|/a|")]
    [InlineData("set /a it's", "set|/a|it's")]
    [InlineData("   ", "")]
    public void Lines_are_split_into_words(string line, string words) => Assert.Equal(words, string.Join('|', ShellWords.Split(line)));

    private static ConsoleKeyInfo KeyOf(char c, bool control) => (c, control) switch
    {
        (_, true) => new((char)(c - '@'), Enum.Parse<ConsoleKey>(c.ToString()), false, false, true),
        ('\r', _) => new('\r', ConsoleKey.Enter, false, false, false),
        ('\b', _) => new('\b', ConsoleKey.Backspace, false, false, false),
        ('\t', _) => new('\t', ConsoleKey.Tab, false, false, false),
        ('<', _) => new('\0', ConsoleKey.LeftArrow, false, false, false),
        ('>', _) => new('\0', ConsoleKey.RightArrow, false, false, false),
        ('[', _) => new('\0', ConsoleKey.Home, false, false, false),
        (']', _) => new('\0', ConsoleKey.End, false, false, false),
        ('~', _) => new('\0', ConsoleKey.Delete, false, false, false),
        ('{', _) => new('\0', ConsoleKey.UpArrow, false, false, false),
        ('}', _) => new('\0', ConsoleKey.DownArrow, false, false, false),
        _ => new(c, ConsoleKey.None, false, false, false),
    };

    private static Task<IReadOnlyList<string>> CompleteAsync(string text) => Task.FromResult<IReadOnlyList<string>>(text switch
    {
        "ge" or "get" => ["get", "getAcl"],
        "get /z" => ["/zookeeper/"],
        _ => [],
    });

    private async Task<string?> ReadAsync(string keys)
    {
        var waiting = new Queue<ConsoleKeyInfo>();
        for (int i = 0; i < keys.Length; i++)
            waiting.Enqueue(keys[i] == '^' ? KeyOf(keys[++i], control: true) : KeyOf(keys[i], control: false));
        var editor = new LineEditor(text => _screen.Append(text), CompleteAsync);
        return await editor.ReadLineAsync("> ", History, () => Task.FromResult(waiting.Dequeue()), TestContext.Current.CancellationToken);
    }
}
