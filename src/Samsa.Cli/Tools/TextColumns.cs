using System.Text;

namespace Samsa.Cli.Tools;

/// <summary>
/// Rows of a table as Kafka's tools print them: each cell filled up with blanks to the width of its column and one blank between two; a wider
/// cell pushes the others on. A width of 0 leaves a cell as it is, which the last one often is.
/// </summary>
internal sealed class TextColumns(params int[] widths)
{
    /// <summary>One row, without its line end.</summary>
    public string Row(params ReadOnlySpan<string> cells)
    {
        var row = new StringBuilder();
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                row.Append(' ');
            row.Append(cells[i].PadRight(widths[i]));
        }

        return row.ToString();
    }

    /// <summary>The width that a column needs: that of its widest cell, and not less than <paramref name="least"/>.</summary>
    public static int Fit(int least, IEnumerable<string> cells) => cells.Aggregate(least, static (width, cell) => Math.Max(width, cell.Length));
}
