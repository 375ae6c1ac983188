using System.Globalization;
using System.Text;
using Samsa.Broker.Groups;
using Samsa.Broker.Groups.Consumers;

namespace Samsa.UnitTests.Broker.Groups.Simulation;

/// <summary>What of a group must be the same when another coordinator has read it from the log.</summary>
internal static class GroupSnapshot
{
    /// <summary>The group as text; null where it has things under way that are not stored yet.</summary>
    public static string? Of(Group? group)
    {
        var text = new StringBuilder();
        switch (group)
        {
            case ClassicGroup { State: ClassicGroupState.Stable } classic:
                text.Append(CultureInfo.InvariantCulture, $"classic {classic.GenerationId} {classic.ProtocolType} {classic.ProtocolName} {classic.LeaderId}\n");
                foreach (var member in classic.Members.OrderBy(member => member.MemberId, StringComparer.Ordinal))
                {
                    text.Append(CultureInfo.InvariantCulture, $"{member.MemberId} {member.InstanceId} {Convert.ToHexString(member.Assignment)} ")
                        .Append(CultureInfo.InvariantCulture, $"{Convert.ToHexString(member.MetadataOf(classic.ProtocolName))}\n");
                }

                return text.ToString();
            case ConsumerGroup { IsEmpty: false } consumer:
                text.Append(CultureInfo.InvariantCulture, $"consumer {consumer.GroupEpoch} {consumer.TargetEpoch} {consumer.TargetTimestamp} {consumer.MetadataHash}\n");
                foreach (var member in consumer.Members.OrderBy(member => member.MemberId, StringComparer.Ordinal))
                {
                    text.Append(CultureInfo.InvariantCulture, $"{member.MemberId} {member.InstanceId} {member.MemberEpoch} {member.PreviousEpoch} {member.State} ")
                        .Append(CultureInfo.InvariantCulture, $"{string.Join(',', member.TopicNames)} {member.TopicRegex} {member.IsClassic} {member.RebalanceTimeoutMs} ")
                        .Append(CultureInfo.InvariantCulture, $"has {Of(member.Assigned)} gives up {Of(member.PendingRevocation)} shall have {Of(consumer.TargetOf(member.MemberId).WithEpoch(0))}\n");
                }

                return text.ToString();
            default:
                return null;
        }
    }

    private static string Of(PartitionMap partitions) => string.Join(
        ' ', partitions.All.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Key}-{one.Value.Partition}@{one.Value.Epoch}")).Order(StringComparer.Ordinal));
}
