using Samsa.IntegrationTests.Support;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.IntegrationTests.Cli;

/// <summary>
/// The only member of a classic group: it joined, gave itself partitions and says nothing any more. Owns its connection; used by one test. The
/// group keeps it until its session ends, after half an hour.
/// </summary>
internal sealed class SilentMember : IDisposable
{
    private const int Session = 30 * 60 * 1000;

    private readonly WireClient _connection;

    private SilentMember(WireClient connection, string memberId)
    {
        _connection = connection;
        MemberId = memberId;
    }

    /// <summary>The id that the coordinator gave it.</summary>
    public string MemberId { get; }

    /// <summary>Joins a group as its static member, and takes the partitions.</summary>
    public static async Task<SilentMember> JoinAsync(string server, string group, string instance, params TopicPartition[] partitions)
    {
        var connection = await WireClient.ConnectAsync(server);
        var joined = await connection.SendAsync<JoinGroupResponse>(ApiKey.JoinGroup, 5, new JoinGroupRequest
        {
            GroupId = group,
            SessionTimeoutMs = Session,
            RebalanceTimeoutMs = Session,
            GroupInstanceId = instance,
            ProtocolType = "consumer",
            Protocols =
            [
                new()
                {
                    Name = "range",
                    Metadata = Prefixed(new ConsumerProtocolSubscription { Topics = [.. partitions.Select(p => p.Topic).Distinct()] }),
                },
            ],
        });
        var synced = await connection.SendAsync<SyncGroupResponse>(ApiKey.SyncGroup, 3, new SyncGroupRequest
        {
            GroupId = group,
            GenerationId = joined.GenerationId,
            MemberId = joined.MemberId,
            GroupInstanceId = instance,
            Assignments = [new() { MemberId = joined.MemberId, Assignment = Prefixed(Assignment(partitions)) }],
        });
        return (joined.ErrorCode, synced.ErrorCode) == (ErrorCode.None, ErrorCode.None)
            ? new SilentMember(connection, joined.MemberId)
            : throw new InvalidOperationException($"{group}: {joined.ErrorCode}, {synced.ErrorCode}");
    }

    public void Dispose() => _connection.Dispose();

    private static ConsumerProtocolAssignment Assignment(TopicPartition[] partitions) => new()
    {
        AssignedPartitions = [.. partitions.GroupBy(p => p.Topic).Select(topic => new ConsumerProtocolAssignment.TopicPartition
        {
            Topic = topic.Key,
            Partitions = [.. topic.Select(p => p.Partition)],
        })],
    };

    private static byte[] Prefixed(IMessage message)
    {
        using var writer = new WireWriter();
        writer.WriteInt16(0);
        message.Write(writer, 0);
        return writer.ToArray();
    }
}
