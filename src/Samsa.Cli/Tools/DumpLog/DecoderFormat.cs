using Samsa.Protocol.Records;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>Keys and values by the decoders that the command line names, text if it names none.</summary>
internal sealed class DecoderFormat(ValueDecoder.Decoder key, ValueDecoder.Decoder value) : IRecordFormat
{
    public (string? Key, string? Payload) Format(in RecordView record) =>
        (Decode(key, record.Key, record.Offset, "key"), Decode(value, record.Value, record.Offset, "value"));

    private static string? Decode(ValueDecoder.Decoder decoder, OptionalBytes bytes, long offset, string what) =>
        bytes.IsNull ? null
        : decoder(bytes.Span) ?? throw new ToolException($"the {what} at offset {offset} has {bytes.Length} bytes, too few for its decoder");
}
