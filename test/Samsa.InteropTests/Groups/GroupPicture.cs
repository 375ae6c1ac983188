using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Groups;

/// <summary>What a broker says of all its groups, as sorted lines: states, members with their bytes, committed offsets.</summary>
internal static class GroupPicture
{
    /// <summary>Asks until every partition of <c>__consumer_offsets</c> has been loaded.</summary>
    public static async Task<string[]> OfAsync(string server)
    {
        using var client = await WireClient.ConnectAsync(server);
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        var lines = new List<string>();
        while (await AddAsync(client, lines) != ErrorCode.None)
        {
            lines.Clear();
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, timeout.Token);
        }

        lines.Sort(StringComparer.Ordinal);
        return [.. lines];
    }

    // The first error that passes while groups are loaded; nothing else may go wrong.
    private static async Task<ErrorCode> AddAsync(WireClient client, List<string> lines)
    {
        var listed = await client.SendAsync<ListGroupsResponse>(new ListGroupsRequest(), 4);
        if (listed.ErrorCode != ErrorCode.None)
            return listed.ErrorCode;
        foreach (var group in listed.Groups)
        {
            lines.Add($"{group.GroupId} {group.ProtocolType} {group.GroupState}");
            var described = (await client.SendAsync<DescribeGroupsResponse>(new DescribeGroupsRequest { Groups = [group.GroupId] }, 5)).Groups[0];
            if (described.ErrorCode != ErrorCode.None)
                return described.ErrorCode;
            lines.Add($"{group.GroupId}: {described.GroupState} type '{described.ProtocolType}' protocol '{described.ProtocolData}'");
            lines.AddRange(described.Members.Select(member =>
                $"{group.GroupId}: {member.MemberId} {member.GroupInstanceId ?? "null"} {member.ClientId} {member.ClientHost} "
                + $"{Convert.ToHexStringLower(member.MemberMetadata.Span)} {Convert.ToHexStringLower(member.MemberAssignment.Span)}"));
            var fetched = await client.SendAsync<OffsetFetchResponse>(new OffsetFetchRequest { GroupId = group.GroupId, Topics = null, RequireStable = true }, 7);
            if (fetched.ErrorCode != ErrorCode.None)
                return fetched.ErrorCode;
            lines.AddRange(fetched.Topics.SelectMany(topic => topic.Partitions.Select(one =>
                $"{group.GroupId}: {topic.Name}-{one.PartitionIndex} {one.CommittedOffset} {one.CommittedLeaderEpoch} '{one.Metadata}' {one.ErrorCode}")));
        }

        return ErrorCode.None;
    }
}
