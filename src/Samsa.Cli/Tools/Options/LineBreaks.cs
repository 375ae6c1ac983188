namespace Samsa.Cli.Tools.Options;

/// <summary>
/// Where Kafka's help tables break a line. The rules were found by comparing with every table that the tools of 3.9.2 and 4.3.1
/// print: after blanks, after a hyphen before a letter, after closing punctuation (not within a number), before an opening bracket.
/// </summary>
internal static class LineBreaks
{
    private const string Closing = ".,:;!?%)]}";
    private const string Opening = "([{";

    /// <summary>The end of the piece that starts at <paramref name="start"/>: a piece is never broken, and takes its blanks along.</summary>
    public static int EndOfPiece(string text, int start)
    {
        for (int i = start + 1; i < text.Length; i++)
        {
            if (MayBreak(text, i))
                return i;
        }

        return text.Length;
    }

    private static bool MayBreak(string text, int at)
    {
        char before = text[at - 1];
        char after = text[at];
        if (after == ' ')
            return false;
        if (before == ' ')
            return true;
        if (before == '-')
            return char.IsLetter(after) || after is '<' or '[';
        if (Closing.Contains(before, StringComparison.Ordinal))
        {
            bool inNumber = before is '.' or ',' && char.IsDigit(after) && at > 1 && char.IsDigit(text[at - 2]);
            return !inNumber && after is not ('-' or '\'' or '"') && !Closing.Contains(after, StringComparison.Ordinal);
        }

        return Opening.Contains(after, StringComparison.Ordinal) && !Opening.Contains(before, StringComparison.Ordinal)
            || (after == '>' && char.IsDigit(before));
    }
}
