using System.Buffers;
using System.Globalization;
using System.Text;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.DumpLog;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.Cli.Tools.ConsoleConsumer.Formatters;

/// <summary>
/// The records of <c>__consumer_offsets</c> as lines of text, as the formatters of Kafka 3 and before print them: committed offsets, or groups
/// with their members.
/// </summary>
/// <param name="groups">True for the groups, false for the offsets.</param>
internal sealed class GroupTextFormatter(bool groups) : IMessageFormatter
{
    private const short NewestOffsetKey = 1;
    private const short GroupKey = 2;
    private const string Deleted = "NULL";

    public void Write(in RecordView record, in RecordPlace place, ArrayBufferWriter<byte> output)
    {
        if (record.Key.IsNull || CoordinatorJson.Prefix(record.Key) is not { } type)
            return;
        try
        {
            string? line = groups
                ? type == GroupKey ? Group(record) : null
                : type is >= 0 and <= NewestOffsetKey ? Offset(record) : null;
            if (line is not null)
                Encoding.UTF8.GetBytes(line + "\n", output);
        }
        catch (Exception e) when (e is ProtocolViolationException or UnsupportedVersionException)
        {
            throw new MessageException($"the record at offset {record.Offset} cannot be read: {e.Message}");
        }
    }

    private static string Offset(in RecordView record)
    {
        var key = CoordinatorJson.Read(new OffsetCommitKey(), record.Key, out _, versionOfMessage: 0);
        string text = Deleted;
        if (!record.Value.IsNull)
        {
            var value = CoordinatorJson.Read(new OffsetCommitValue(), record.Value, out _);
            string epoch = value.LeaderEpoch < 0 ? "Optional.empty" : $"Optional[{value.LeaderEpoch}]";
            string expires = value.ExpireTimestamp < 0 ? "None" : $"Some({value.ExpireTimestamp})";
            text = $"OffsetAndMetadata(offset={value.Offset}, leaderEpoch={epoch}, metadata={value.Metadata}, "
                + $"commitTimestamp={value.CommitTimestamp}, expireTimestamp={expires})";
        }

        return string.Create(CultureInfo.InvariantCulture, $"[{key.Group},{key.Topic},{key.Partition}]::{text}");
    }

    private static string Group(in RecordView record)
    {
        string group = CoordinatorJson.Read(new GroupMetadataKey(), record.Key, out _, versionOfMessage: 0).Group;
        if (record.Value.IsNull)
            return $"{group}::{Deleted}";
        var value = CoordinatorJson.Read(new GroupMetadataValue(), record.Value, out _);
        string protocolType = string.IsNullOrEmpty(value.ProtocolType) ? "None" : $"Some({value.ProtocolType})";

        // The order of one of Scala's hash maps, which is that of Java's.
        var members = JavaHashOrder.Of(value.Members, m => m.MemberId).Select(m =>
            $"{m.MemberId} -> MemberMetadata(memberId={m.MemberId}, groupInstanceId={(m.GroupInstanceId is null ? "None" : $"Some({m.GroupInstanceId})")}, "
            + $"clientId={m.ClientId}, clientHost={m.ClientHost}, sessionTimeoutMs={m.SessionTimeout}, "
            + $"rebalanceTimeoutMs={(m.RebalanceTimeout < 0 ? m.SessionTimeout : m.RebalanceTimeout)}, supportedProtocols=List({value.Protocol}))");
        return $"{group}::GroupMetadata(groupId={group}, generation={value.Generation}, protocolType={protocolType}, "
            + $"currentState={(value.Members.Count == 0 ? "Empty" : "Stable")}, members=HashMap({string.Join(", ", members)}))";
    }
}
