using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>What a control record says: the end of a transaction, or a matter of KRaft.</summary>
internal static class ControlRecordText
{
    private static readonly string[] Names =
        ["ABORT", "COMMIT", "LEADER_CHANGE", "SNAPSHOT_HEADER", "SNAPSHOT_FOOTER", "KRAFT_VERSION", "KRAFT_VOTERS"];

    /// <exception cref="ToolException">Key or value are no control record.</exception>
    public static void Append(StringBuilder line, in RecordView record, KafkaRelease release)
    {
        if (!ControlRecord.TryReadType(record.Key, out var type))
            throw new ToolException($"the control record at offset {record.Offset} has a key of {record.Key.Length} bytes that names no type");
        short number = BinaryPrimitives.ReadInt16BigEndian(record.Key.Span[2..]);
        switch (type)
        {
            case ControlRecordType.Abort or ControlRecordType.Commit:
                if (!ControlRecord.TryReadMarker(record, out var marker))
                    throw new ToolException($"the marker at offset {record.Offset} has a value of {record.Value.Length} bytes that cannot be read");
                line.Append(CultureInfo.InvariantCulture, $" endTxnMarker: {Names[number]} coordinatorEpoch: {marker.CoordinatorEpoch}");
                break;
            case ControlRecordType.LeaderChange when release >= KafkaRelease.V43:
                AppendJson(line, " LeaderChange: ", new LeaderChangeMessage(), record);
                break;
            case ControlRecordType.SnapshotHeader:
                AppendJson(line, " SnapshotHeader ", new SnapshotHeaderRecord(), record);
                break;
            case ControlRecordType.SnapshotFooter:
                AppendJson(line, " SnapshotFooter ", new SnapshotFooterRecord(), record);
                break;
            case ControlRecordType.KRaftVersion:
                AppendJson(line, " KRaftVersion ", new KRaftVersionRecord(), record);
                break;
            case ControlRecordType.KRaftVoters:
                AppendJson(line, " KRaftVoters ", new VotersRecord(), record);
                break;
            default:
                line.Append(CultureInfo.InvariantCulture, $" controlType: {(type == ControlRecordType.Unknown ? "UNKNOWN" : Names[number])}({number})");
                break;
        }
    }

    private static void AppendJson(StringBuilder line, string head, IStoredMessage message, in RecordView record)
    {
        try
        {
            // Each of these messages starts with its own version.
            byte[] bytes = record.Value.ToArray() ?? [];
            short version = bytes.Length < sizeof(short) ? (short)0 : BinaryPrimitives.ReadInt16BigEndian(bytes);
            var reader = new WireReader(bytes);
            message.Read(ref reader, version);
            var json = new MessageJsonWriter();
            message.WriteJson(json, version);
            line.Append(head).Append(json);
        }
        catch (Exception e) when (e is ProtocolViolationException or UnsupportedVersionException)
        {
            throw new ToolException($"the control record at offset {record.Offset} cannot be read. {e.Message}");
        }
    }
}
