using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Samsa.Client.Serialization;

/// <summary>JSON by a source-generated contract, so that it works ahead-of-time compiled. Owns a writer per thread.</summary>
internal sealed class JsonSerde<T>(JsonTypeInfo<T> contract) : ISerializer<T>, IDeserializer<T>
{
    [ThreadStatic]
    private static Utf8JsonWriter? _idle;

    public void Serialize(T value, IBufferWriter<byte> destination, in SerializationContext context)
    {
        // Taken out of its place, so that a converter that serializes something itself gets another one.
        var writer = _idle;
        _idle = null;
        var options = contract.Options;
        if (writer is null || writer.Options.Indented != options.WriteIndented || writer.Options.Encoder != options.Encoder)
        {
            writer = new Utf8JsonWriter(destination, new JsonWriterOptions
            {
                Indented = options.WriteIndented,
                Encoder = options.Encoder,
                SkipValidation = true,
            });
        }
        else
        {
            writer.Reset(destination);
        }

        JsonSerializer.Serialize(writer, value, contract);
        writer.Flush();
        writer.Reset(Nowhere.Instance);
        _idle = writer;
    }

    public T Deserialize(ReadOnlySpan<byte> bytes, in SerializationContext context) => JsonSerializer.Deserialize(bytes, contract)!;

    /// <summary>Where an idle writer points, so that it keeps nobody's buffer alive.</summary>
    private sealed class Nowhere : IBufferWriter<byte>
    {
        public static readonly Nowhere Instance = new();

        public void Advance(int count) => throw new InvalidOperationException("Nobody writes here.");

        public Memory<byte> GetMemory(int sizeHint = 0) => throw new InvalidOperationException("Nobody writes here.");

        public Span<byte> GetSpan(int sizeHint = 0) => throw new InvalidOperationException("Nobody writes here.");
    }
}
