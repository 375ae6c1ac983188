using System.Text;
using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools.Arguments;

/// <summary>Text in lines of 75 columns whose blanks are widened, from the middle on, until every line but the last is full.</summary>
internal static class JustifiedText
{
    /// <summary>The columns of a line.</summary>
    public const int Width = 75;

    /// <summary>Breaks a text into lines.</summary>
    /// <param name="text">The text.</param>
    /// <param name="indent">How many columns are taken at the start of each line.</param>
    /// <param name="taken">How many columns are taken at the start of the first line instead; -1 for the same.</param>
    public static List<string> Wrap(string text, int indent, int taken = -1)
    {
        List<string> lines = [];
        var line = new StringBuilder();
        int width = taken < 0 ? indent : taken;
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = LineBreaks.EndOfPiece(text, start);
            if (width + end - start > Width)
            {
                lines.Add(Widen(line.ToString().TrimEnd(' '), Width - (width - line.Length)));
                line.Clear();
                width = indent;
            }

            line.Append(text, start, end - start);
            width += end - start;
        }

        lines.Add(line.ToString());
        return lines;
    }

    private static string Widen(string line, int width)
    {
        int blanks = line.Count(letter => letter == ' ');
        int missing = width - line.Length;
        if (blanks == 0 || missing <= 0)
            return line;
        int each = missing / blanks;
        int more = missing % blanks;
        int first = (blanks - more + 1) / 2;
        var result = new StringBuilder();
        int blank = 0;
        foreach (char letter in line)
        {
            result.Append(letter);
            if (letter == ' ')
            {
                result.Append(' ', each + (blank >= first && blank < first + more ? 1 : 0));
                blank++;
            }
        }

        return result.ToString();
    }
}
