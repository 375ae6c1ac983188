using System.Text;
using Samsa.Client.Consumer;
using Samsa.Client.Consumer.Groups.Assignors;

namespace Samsa.UnitTests.Client.Consumer.Groups.Assignors;

/// <summary>A group to share partitions out in, as text that a program in Java reads too, and what an assignor makes of it.</summary>
/// <param name="Assignor">The name of the assignor.</param>
/// <param name="Topics">The topics that exist.</param>
/// <param name="Members">Each member's id, instance id or null, and subscription as it comes over the wire.</param>
internal sealed record AssignorCase(
    string Assignor, IReadOnlyList<AssignableTopic> Topics, IReadOnlyList<(string Id, string? InstanceId, byte[] Subscription)> Members)
{
    /// <summary>The generation that the members are told in the end.</summary>
    public const int Generation = 77;

    private const string Nothing = "-";

    public IReadOnlyList<MemberSubscription> Subscriptions =>
        [.. Members.Select(member => ConsumerProtocol.DecodeSubscription(member.Subscription, member.Id, member.InstanceId))];

    public static PartitionAssignor Make(string name) => name switch
    {
        "range" => new RangeAssignor(),
        "roundrobin" => new RoundRobinAssignor(),
        "sticky" => new StickyAssignor(),
        "cooperative-sticky" => new CooperativeStickyAssignor(),
        _ => throw new ArgumentException($"No assignor is called {name}."),
    };

    public IReadOnlyDictionary<string, MemberAssignment> Solve() =>
        Make(Assignor).Assign(Topics.ToDictionary(topic => topic.Name, StringComparer.Ordinal), Subscriptions);

    /// <summary>
    /// For each member, by its id: its assignment, its user data when it joins again, and its subscription as we would have written it; in hexadecimal.
    /// </summary>
    public string Answer()
    {
        var assignments = Solve();
        var text = new StringBuilder();
        foreach (var member in Subscriptions.OrderBy(member => member.MemberId, StringComparer.Ordinal))
        {
            var assignment = assignments[member.MemberId];
            var own = Make(Assignor);
            own.OnAssignment(assignment, new ConsumerGroupMetadata("g", Generation, member.MemberId, null));
            var userData = own.SubscriptionUserData(member.Topics) is { } bytes ? Convert.ToHexStringLower(bytes.Span) : Nothing;
            text.Append(
                $"{member.MemberId} {Convert.ToHexStringLower(ConsumerProtocol.Encode(assignment))} {userData} {Convert.ToHexStringLower(ConsumerProtocol.Encode(member))}\n");
        }

        return text.ToString();
    }

    /// <summary>Lines: the assignor; topics with the racks of their partitions (<c>;</c>) and replicas (<c>,</c>); members in their order.</summary>
    public string Write()
    {
        var text = new StringBuilder($"case {Assignor}\n");
        foreach (var topic in Topics)
        {
            var racks = topic.ReplicaRacks is { } known ? string.Join(';', known.Select(partition => string.Join(',', partition))) + ";" : Nothing;
            text.Append($"topic {topic.Name} {topic.PartitionCount} {racks}\n");
        }

        foreach (var (id, instanceId, subscription) in Members)
        {
            text.Append($"member {id} {instanceId ?? Nothing} {Convert.ToHexStringLower(subscription)}\n");
        }

        return text.Append("end\n").ToString();
    }

    /// <summary>Reads a case from the lines that <see cref="Write"/> wrote, <c>end</c> excluded.</summary>
    public static AssignorCase Read(IEnumerable<string> lines)
    {
        var assignor = "";
        List<AssignableTopic> topics = [];
        List<(string, string?, byte[])> members = [];
        foreach (var words in lines.Select(line => line.Split(' ')))
        {
            switch (words[0])
            {
                case "case":
                    assignor = words[1];
                    break;
                case "topic":
                    topics.Add(new AssignableTopic(words[1], int.Parse(words[2], null)) { ReplicaRacks = ReadRacks(words[3]) });
                    break;
                case "member":
                    members.Add((words[1], words[2] == Nothing ? null : words[2], Convert.FromHexString(words[3])));
                    break;
                default:
                    throw new FormatException($"What is {words[0]}?");
            }
        }

        return new AssignorCase(assignor, topics, members);
    }

    private static IReadOnlyList<IReadOnlyList<string>>? ReadRacks(string text) => text == Nothing
        ? null
        : [.. text[..^1].Split(';').Select(partition => partition.Split(',', StringSplitOptions.RemoveEmptyEntries))];
}
