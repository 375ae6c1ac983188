using BenchmarkDotNet.Attributes;
using Samsa.Client.Consumer;
using Samsa.Client.Consumer.Groups.Assignors;

namespace Samsa.Benchmarks;

/// <summary>
/// The leader's work in a large group, beside half of it: the time must not grow with the square. Fresh members, then as many again of which one
/// in ten left and came back under another name.
/// </summary>
[ShortRunJob]
[MemoryDiagnoser]
public class AssignorBenchmarks
{
    private const int TopicCount = 50;

    private readonly Dictionary<string, AssignableTopic> _topics = [];
    private MemberSubscription[] _fresh = [];
    private MemberSubscription[] _again = [];

    [Params(500, 1000)]
    public int Members { get; set; }

    [Params("range", "roundrobin", "sticky", "cooperative-sticky")]
    public string Assignor { get; set; } = "";

    /// <summary>Whether all members subscribe to all topics, or each to half of them.</summary>
    [Params(true, false)]
    public bool OneSubscription { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (var i = 0; i < TopicCount; i++)
        {
            _topics[$"topic-{i}"] = new AssignableTopic($"topic-{i}", Members * 10 / TopicCount);
        }

        string[] all = [.. _topics.Keys];
        _fresh = [.. Enumerable.Range(0, Members).Select(i => new MemberSubscription(
            $"consumer-{i}-{random.NextInt64()}", OneSubscription ? all : [.. all.Where(_ => random.Next(2) == 0).DefaultIfEmpty(all[0])]))];
        var first = Make().Assign(_topics, _fresh);
        _again = [.. _fresh.Select((member, i) => i % 10 == 0 ? new MemberSubscription($"{member.MemberId}-again", member.Topics) : Owner(member, first))];
    }

    [Benchmark]
    public int Fresh() => Make().Assign(_topics, _fresh).Count;

    [Benchmark]
    public int Again() => Make().Assign(_topics, _again).Count;

    private MemberSubscription Owner(MemberSubscription member, IReadOnlyDictionary<string, MemberAssignment> assignments)
    {
        var assignor = Make();
        assignor.OnAssignment(assignments[member.MemberId], new ConsumerGroupMetadata("g", 1, member.MemberId, null));
        return new MemberSubscription(member.MemberId, member.Topics)
        {
            UserData = assignor.SubscriptionUserData(member.Topics),
            OwnedPartitions = assignments[member.MemberId].Partitions,
            Generation = 1,
        };
    }

    private PartitionAssignor Make() => Assignor switch
    {
        "range" => new RangeAssignor(),
        "roundrobin" => new RoundRobinAssignor(),
        "sticky" => new StickyAssignor(),
        _ => new CooperativeStickyAssignor(),
    };
}
