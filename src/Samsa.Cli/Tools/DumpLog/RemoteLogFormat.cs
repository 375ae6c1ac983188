using System.Globalization;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>The records of <c>__remote_log_metadata</c> as text. They have no keys.</summary>
internal sealed class RemoteLogFormat : IRecordFormat
{
    private static readonly string[] SegmentStates =
        ["COPY_SEGMENT_STARTED", "COPY_SEGMENT_FINISHED", "DELETE_SEGMENT_STARTED", "DELETE_SEGMENT_FINISHED"];

    private static readonly string[] DeleteStates =
        ["DELETE_PARTITION_MARKED", "DELETE_PARTITION_STARTED", "DELETE_PARTITION_FINISHED"];

    public (string? Key, string? Payload) Format(in RecordView record)
    {
        try
        {
            return (null, Describe(FramedMessage.Read(MessageKind.RemoteLogMetadata, record.Value, out _, out _)));
        }
        catch (Exception e) when (e is ProtocolViolationException or UnsupportedVersionException)
        {
            return (null, $"Error at offset {record.Offset}, skipping. {e.Message}");
        }
    }

    private static string Describe(IStoredMessage message) => message switch
    {
        RemoteLogSegmentMetadataRecord r => Describe(r),
        RemoteLogSegmentMetadataUpdateRecord r => Describe(r),
        RemotePartitionDeleteMetadataRecord r => Text(
            $"RemotePartitionDeleteMetadata{{topicPartition={Partition(r.TopicIdPartition.Id, r.TopicIdPartition.Name, r.TopicIdPartition.Partition)}, ")
            + Text($"state={State(DeleteStates, r.RemotePartitionDeleteState)}, eventTimestampMs={r.EventTimestampMs}, brokerId={r.BrokerId}}}"),
        _ => throw new UnsupportedVersionException("A snapshot record has no place in the topic"),
    };

    private static string Describe(RemoteLogSegmentMetadataUpdateRecord r)
    {
        var partition = r.RemoteLogSegmentId.TopicIdPartition;
        string id = Id(Partition(partition.Id, partition.Name, partition.Partition), r.RemoteLogSegmentId.Id);
        return Text($"RemoteLogSegmentMetadataUpdate{{remoteLogSegmentId={id}, customMetadata={Custom(r.CustomMetadata)}, ")
            + Text($"state={State(SegmentStates, r.RemoteLogSegmentState)}, eventTimestampMs={r.EventTimestampMs}, brokerId={r.BrokerId}}}");
    }

    private static string Describe(RemoteLogSegmentMetadataRecord r)
    {
        var partition = r.RemoteLogSegmentId.TopicIdPartition;
        string id = Id(Partition(partition.Id, partition.Name, partition.Partition), r.RemoteLogSegmentId.Id);
        string epochs = string.Join(", ", r.SegmentLeaderEpochs.OrderBy(e => e.LeaderEpoch).Select(e => Text($"{e.LeaderEpoch}={e.Offset}")));
        return Text($"RemoteLogSegmentMetadata{{remoteLogSegmentId={id}, startOffset={r.StartOffset}, endOffset={r.EndOffset}, ")
            + Text($"brokerId={r.BrokerId}, maxTimestampMs={r.MaxTimestampMs}, eventTimestampMs={r.EventTimestampMs}, ")
            + Text($"segmentLeaderEpochs={{{epochs}}}, segmentSizeInBytes={r.SegmentSizeInBytes}, customMetadata={Custom(r.CustomMetadata)}, ")
            + Text($"state={State(SegmentStates, r.RemoteLogSegmentState)}, txnIdxEmpty={(r.TxnIndexEmpty ? "true" : "false")}}}");
    }

    private static string Partition(Guid id, string topic, int partition) => Text($"{KafkaUuid.Format(id)}:{topic}-{partition}");

    private static string Id(string partition, Guid id) => $"RemoteLogSegmentId{{topicIdPartition={partition}, id={KafkaUuid.Format(id)}}}";

    private static string Custom(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } b ? $"Optional[CustomMetadata{{{b.Length} bytes}}]" : "Optional.empty";

    private static string State(string[] names, sbyte state) =>
        state >= 0 && state < names.Length ? names[state] : throw new UnsupportedVersionException($"The state {state} does not exist");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
