using System.Text;

namespace Samsa.Generators.Emit;

/// <summary>Builds indented source text.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public void Line(string line = "")
    {
        if (line.Length > 0)
        {
            _text.Append(' ', _depth * 4).Append(line);
        }

        _text.Append('\n');
    }

    /// <summary>Opens a block under a head line.</summary>
    public void Open(string head)
    {
        Line(head);
        Line("{");
        _depth++;
    }

    public void Close(string tail = "")
    {
        _depth--;
        Line("}" + tail);
    }

    /// <summary>Opens <c>if (condition)</c> unless the condition is always true (null); returns whether it did.</summary>
    public bool OpenIf(string? condition)
    {
        if (condition is null)
        {
            return false;
        }

        Open($"if ({condition})");
        return true;
    }

    public void Summary(string text) => Line($"/// <summary>{Escape(text)}</summary>");

    public static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    public override string ToString() => _text.ToString();
}
