using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Samsa.Cli.Tools.Verifiable;

/// <summary>Writes the lines of the verifiable tools: a JSON object with the time and a name, then what the event is about. One caller.</summary>
internal sealed class VerifiableLine(TextWriter output, TimeProvider time)
{
    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _buffer = new();

    /// <summary>Writes one line, and hands it to the system at once: others wait for it.</summary>
    /// <param name="name">The event.</param>
    /// <param name="content">Writes its properties.</param>
    public void Write(string name, Action<Utf8JsonWriter>? content = null)
    {
        _buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_buffer, Format))
        {
            json.WriteStartObject();
            json.WriteNumber("timestamp", time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteString("name", name);
            content?.Invoke(json);
            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(_buffer.WrittenSpan));
        output.Flush();
    }
}
