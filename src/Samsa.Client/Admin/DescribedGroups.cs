using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Client.Admin;

/// <summary>Makes descriptions of groups of what coordinators answer.</summary>
internal static class DescribedGroups
{
    private const sbyte ClassicMember = 0;
    private const sbyte UnknownMember = -1;

    /// <summary>A group of the new protocol.</summary>
    public static GroupDescription Of(ConsumerGroupDescribeResponse.DescribedGroup group, BrokerDescription coordinator) => new()
    {
        GroupId = group.GroupId,
        Error = group.ErrorCode,
        ErrorMessage = group.ErrorMessage,
        State = State(group.GroupState),
        Type = GroupType.Consumer,
        ProtocolType = ConsumerProtocol.ProtocolType,
        Assignor = group.AssignorName,
        Coordinator = coordinator,
        GroupEpoch = group.GroupEpoch,
        TargetAssignmentEpoch = group.AssignmentEpoch,
        AuthorizedOperations = group.AuthorizedOperations,
        Members = group.Members.ConvertAll(member => new GroupMemberDescription
        {
            MemberId = member.MemberId,
            InstanceId = member.InstanceId,
            ClientId = member.ClientId,
            Host = member.ClientHost,
            Rack = member.RackId,
            MemberEpoch = member.MemberEpoch,
            Assignment = Partitions(member.Assignment),
            TargetAssignment = Partitions(member.TargetAssignment),
            IsClassic = member.MemberType == UnknownMember ? null : member.MemberType == ClassicMember,
        }),
    };

    /// <summary>A classic group, or one that is not there.</summary>
    public static GroupDescription Of(DescribeGroupsResponse.DescribedGroup group, BrokerDescription coordinator)
    {
        try
        {
            return new GroupDescription
            {
                GroupId = group.GroupId,
                Error = group.ErrorCode,
                ErrorMessage = group.ErrorMessage,
                State = State(group.GroupState),
                Type = GroupType.Classic,
                ProtocolType = group.ProtocolType,
                Assignor = group.ProtocolData,
                Coordinator = coordinator,
                AuthorizedOperations = group.AuthorizedOperations,
                Members = group.Members.ConvertAll(member => new GroupMemberDescription
                {
                    MemberId = member.MemberId,
                    InstanceId = member.GroupInstanceId,
                    ClientId = member.ClientId,
                    Host = member.ClientHost,

                    // Other kinds of members (Kafka Connect) have assignments of a form of their own.
                    Assignment = group.ProtocolType == ConsumerProtocol.ProtocolType
                        ? ConsumerProtocol.DecodeAssignment(member.MemberAssignment.ToArray()).Partitions
                        : [],
                }),
            };
        }
        catch (ProtocolViolationException e)
        {
            return new GroupDescription
            {
                GroupId = group.GroupId,
                Error = ErrorCode.InconsistentGroupProtocol,
                ErrorMessage = $"What a member of group '{group.GroupId}' was assigned cannot be read: {e.Message}",
            };
        }
    }

    private static List<TopicPartition> Partitions(ConsumerGroupDescribeResponse.AssignmentData assignment) =>
        [.. assignment.TopicPartitions.SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.TopicName, p)))];

    private static GroupState State(string state) => Enum.TryParse(state, out GroupState known) ? known : GroupState.Unknown;
}
