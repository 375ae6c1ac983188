using System.Text;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>The records of KRaft's metadata log as JSON. They have no keys.</summary>
internal sealed class MetadataFormat : IRecordFormat
{
    public (string? Key, string? Payload) Format(in RecordView record)
    {
        try
        {
            var message = FramedMessage.Read(MessageKind.Metadata, record.Value, out var descriptor, out short version);
            var json = new MessageJsonWriter();
            json.BeginObject();
            json.Name("type");
            json.Value(TypeName(descriptor.Name));
            json.Name("version");
            json.Value(version);
            json.Name("data");
            message.WriteJson(json, version);
            json.EndObject();
            return (null, json.ToString());
        }
        catch (Exception e) when (e is ProtocolViolationException or UnsupportedVersionException)
        {
            return (null, $"Error at {record.Offset}, skipping. {e.Message}");
        }
    }

    /// <summary><c>FeatureLevelRecord</c> becomes <c>FEATURE_LEVEL_RECORD</c>.</summary>
    private static string TypeName(string name)
    {
        var text = new StringBuilder();
        foreach (char letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
                text.Append('_');
            text.Append(char.ToUpperInvariant(letter));
        }

        return text.ToString();
    }
}
