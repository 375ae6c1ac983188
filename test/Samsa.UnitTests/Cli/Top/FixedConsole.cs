using System.Text;
using Spectre.Console;

namespace Samsa.UnitTests.Cli.Top;

/// <summary>A console of a given size without colours, that keeps what is written. Owns nothing but memory; one test.</summary>
internal sealed class FixedConsole(int width, int height) : IAnsiConsoleOutput, IDisposable
{
    private readonly StringWriter _text = new() { NewLine = "\n" };

    public TextWriter Writer => _text;

    public bool IsTerminal => true;

    public int Width => width;

    public int Height => height;

    /// <summary>The lines, without blanks at their ends.</summary>
    public string[] Lines => [.. _text.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(line => line.TrimEnd())];

    public IAnsiConsole Open() => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = this,
        Ansi = AnsiSupport.No,
        ColorSystem = ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
        Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
    });

    public void SetEncoding(Encoding encoding)
    {
    }

    public void Dispose() => _text.Dispose();
}
