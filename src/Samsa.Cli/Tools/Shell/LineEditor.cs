using System.Text;

namespace Samsa.Cli.Tools.Shell;

/// <summary>
/// Reads a line from a terminal, key by key: cursor keys, Home and End, the usual keys with Ctrl, earlier lines with up and down, and
/// Tab, which completes the last word or shows what it may become. One line at a time; <see cref="ShowAgain"/> may come from any thread.
/// </summary>
/// <param name="write">Writes to the terminal.</param>
/// <param name="complete">The words that the last word of a text may become.</param>
internal sealed class LineEditor(Action<string> write, Func<string, Task<IReadOnlyList<string>>> complete)
{
    private const string ToLineEnd = "\u001b[K";

    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private string _prompt = "";
    private int _cursor;
    private bool _isReading;

    /// <summary>Reads a line; null where the input ends (Ctrl-D on an empty line).</summary>
    /// <param name="prompt">What stands before the line.</param>
    /// <param name="history">The earlier lines.</param>
    /// <param name="keys">Gives the next key.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<string?> ReadLineAsync(
        string prompt, IReadOnlyList<string> history, Func<Task<ConsoleKeyInfo>> keys, CancellationToken cancellation)
    {
        int at = history.Count;
        string typed = "";
        lock (_gate)
        {
            (_prompt, _cursor, _isReading) = (prompt, 0, true);
            _text.Clear();
            Show();
        }

        while (true)
        {
            var key = await keys().WaitAsync(cancellation);
            bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            if (key.Key == ConsoleKey.Enter)
                return End();
            if (control && key.Key == ConsoleKey.D && _text.Length == 0)
            {
                End();
                return null;
            }

            if (key.Key == ConsoleKey.Tab)
            {
                await CompleteAsync();
                continue;
            }

            lock (_gate)
            {
                if (key.Key is ConsoleKey.UpArrow or ConsoleKey.DownArrow)
                {
                    int next = at + (key.Key == ConsoleKey.UpArrow ? -1 : 1);
                    if (next >= 0 && next <= history.Count)
                    {
                        typed = at == history.Count ? _text.ToString() : typed;
                        at = next;
                        Replace(at == history.Count ? typed : history[at]);
                    }
                }
                else if (control)
                {
                    Command(key.Key);
                }
                else
                {
                    Edit(key);
                }

                Show();
            }
        }
    }

    /// <summary>Shows prompt and line again, after something else was printed.</summary>
    public void ShowAgain()
    {
        lock (_gate)
        {
            if (_isReading)
                Show();
        }
    }

    private string End()
    {
        lock (_gate)
        {
            _isReading = false;
            write("\n");
            return _text.ToString();
        }
    }

    private void Edit(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow:
                _cursor = Math.Max(0, _cursor - 1);
                break;
            case ConsoleKey.RightArrow:
                _cursor = Math.Min(_text.Length, _cursor + 1);
                break;
            case ConsoleKey.Home:
                _cursor = 0;
                break;
            case ConsoleKey.End:
                _cursor = _text.Length;
                break;
            case ConsoleKey.Backspace when _cursor > 0:
                _text.Remove(--_cursor, 1);
                break;
            case ConsoleKey.Delete when _cursor < _text.Length:
                _text.Remove(_cursor, 1);
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                    _text.Insert(_cursor++, key.KeyChar);
                break;
        }
    }

    private void Command(ConsoleKey key)
    {
        switch (key)
        {
            case ConsoleKey.A:
                _cursor = 0;
                break;
            case ConsoleKey.E:
                _cursor = _text.Length;
                break;
            case ConsoleKey.D when _cursor < _text.Length:
                _text.Remove(_cursor, 1);
                break;
            case ConsoleKey.K:
                _text.Length = _cursor;
                break;
            case ConsoleKey.U:
                _text.Remove(0, _cursor);
                _cursor = 0;
                break;
            case ConsoleKey.W:
                int start = _cursor;
                while (start > 0 && _text[start - 1] == ' ')
                    start--;
                while (start > 0 && _text[start - 1] != ' ')
                    start--;
                _text.Remove(start, _cursor - start);
                _cursor = start;
                break;
        }
    }

    private async Task CompleteAsync()
    {
        string before = _text.ToString(0, _cursor);
        var words = await complete(before);
        if (words.Count == 0)
            return;
        int wordAt = before.LastIndexOf(' ') + 1;
        string common = words.Aggregate(Common) + (words.Count == 1 && !words[0].StartsWith('/') ? " " : "");
        lock (_gate)
        {
            if (common.Length > before.Length - wordAt)
            {
                _text.Remove(wordAt, _cursor - wordAt).Insert(wordAt, common);
                _cursor = wordAt + common.Length;
            }
            else if (words.Count > 1)
            {
                write("\n" + string.Join("   ", words) + "\n");
            }

            Show();
        }
    }

    private static string Common(string one, string other)
    {
        int length = 0;
        while (length < one.Length && length < other.Length && one[length] == other[length])
            length++;
        return one[..length];
    }

    private void Replace(string text)
    {
        _text.Clear().Append(text);
        _cursor = text.Length;
    }

    private void Show()
    {
        int back = _text.Length - _cursor;
        write($"\r{_prompt}{_text}{ToLineEnd}{(back > 0 ? $"\u001b[{back}D" : "")}");
    }
}
