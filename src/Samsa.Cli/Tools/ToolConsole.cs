using System.Text;

namespace Samsa.Cli.Tools;

/// <summary>
/// Where a tool reads and writes, and what it takes from its surroundings: those of the process, or of a test. Output is buffered until
/// <see cref="FlushAsync"/> or the next line of errors, so that both keep their order on a terminal. One tool at a time uses it. Its own
/// methods may be called from any thread; a tool that does so from several writes no text to <see cref="Output"/> meanwhile.
/// </summary>
internal sealed class ToolConsole
{
    private const int BufferSize = 32 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock _gate = new();
    private readonly StandardOutput _output;
    private readonly TextWriter _errors;

    /// <summary>A console of these streams; text is written to them in UTF-8.</summary>
    public ToolConsole(Stream input, Stream output, Stream errors) : this(input, new StandardOutput(output), errors)
    {
    }

    private ToolConsole(Stream input, StandardOutput output, Stream errors)
    {
        Input = input;
        _output = output;
        Output = Writer(_output);
        _errors = Writer(errors);
    }

    /// <summary>Standard input, as bytes.</summary>
    public Stream Input { get; }

    /// <summary>Standard output. Lines end with a line feed on every system.</summary>
    public TextWriter Output { get; }

    /// <summary>True when a person sits at both standard input and standard output.</summary>
    public bool IsInteractive { get; init; }

    /// <summary>True when a person sees standard output as it is written.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>True once standard output is known to have no reader any more; what is written to it is dropped.</summary>
    public bool IsOutputClosed => _output.IsClosed;

    /// <summary>The release of Kafka whose tools are to be matched, as <see cref="KafkaReleases.Variable"/> names it; null for the default.</summary>
    public string? Like { get; init; }

    /// <summary>The streams of this process, in UTF-8, and its environment.</summary>
    public static ToolConsole OfProcess() => new(Console.OpenStandardInput(), StandardOutput.OfProcess(), Console.OpenStandardError())
    {
        IsInteractive = !Console.IsInputRedirected && !Console.IsOutputRedirected,
        IsOutputTerminal = !Console.IsOutputRedirected,
        Like = Environment.GetEnvironmentVariable(KafkaReleases.Variable),
    };

    /// <summary>Writes bytes to standard output, after the text that was written before, without keeping them back.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            Output.Flush();
            _output.Write(bytes);
            _output.Flush();
        }
    }

    /// <summary>Writes a line to standard error, after everything that was written to standard output before.</summary>
    public void Error(string line)
    {
        lock (_gate)
        {
            Output.Flush();
            _errors.WriteLine(line);
            _errors.Flush();
        }
    }

    /// <summary>Hands what was written to the system.</summary>
    public async Task FlushAsync()
    {
        await Output.FlushAsync();
        await _errors.FlushAsync();
    }

    // Never disposed: the streams are the process's, or a test's.
    private static StreamWriter Writer(Stream stream) => new(stream, Utf8, BufferSize) { NewLine = "\n" };
}
