using System.Text;

namespace Samsa.Cli.Tools;

/// <summary>
/// Where a tool reads and writes, and what it takes from its surroundings: those of the process, or of a test. Output is buffered until
/// <see cref="FlushAsync"/> or the next line of errors, so that both keep their order on a terminal. One tool at a time uses it.
/// </summary>
internal sealed class ToolConsole(Stream input, TextWriter output, TextWriter errors)
{
    private const int BufferSize = 32 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Standard input, as bytes.</summary>
    public Stream Input { get; } = input;

    /// <summary>Standard output. Lines end with a line feed on every system.</summary>
    public TextWriter Output { get; } = output;

    /// <summary>The release of Kafka whose tools are to be matched, as <see cref="KafkaReleases.Variable"/> names it; null for the default.</summary>
    public string? Like { get; init; }

    /// <summary>The streams of this process, in UTF-8, and its environment.</summary>
    public static ToolConsole OfProcess() => new(
        Console.OpenStandardInput(),
        new StreamWriter(Console.OpenStandardOutput(), Utf8, BufferSize) { NewLine = "\n" },
        new StreamWriter(Console.OpenStandardError(), Utf8, BufferSize) { NewLine = "\n" })
    {
        Like = Environment.GetEnvironmentVariable(KafkaReleases.Variable),
    };

    /// <summary>Writes a line to standard error, after everything that was written to standard output before.</summary>
    public void Error(string line)
    {
        Output.Flush();
        errors.WriteLine(line);
        errors.Flush();
    }

    /// <summary>Hands what was written to the system.</summary>
    public async Task FlushAsync()
    {
        await Output.FlushAsync();
        await errors.FlushAsync();
    }
}
