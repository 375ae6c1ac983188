using System.Globalization;
using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.UnitTests.Broker.Groups;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

/// <summary>
/// A random life of a group: the memberships of our client, with its assignors, on the coordinator of our broker, both without threads, sockets and
/// clock. Consumers start, close, die and come back, callers are slow, time passes, the coordinator restarts.
/// </summary>
internal sealed class MembershipLife
{
    public const string Topic = "t";
    public const int Partitions = 7;

    private readonly Random _random;
    private readonly GroupHarness _groups;
    private readonly List<SimulatedMember> _members = [];
    private readonly bool _restarts;

    public MembershipLife(int seed)
    {
        _random = new Random(seed);
        _groups = new GroupHarness($"group.initial.rebalance.delay.ms={_random.Next(2) * 3000}");
        var cooperative = seed % 2 == 0;

        // A restart loses answers. What a cooperative member still has then is not believed by the assignor when it joins with an old generation
        // (as Java's does not), so that for a moment it may have what another one got.
        _restarts = !cooperative;
        for (var i = 0; i < 4; i++)
        {
            // A static member that comes back between the two halves of a cooperative rebalance leaves what it had to give back without an owner until the
            // next one, as with Java's consumer: nobody is told that it came back (seed 2394 of a life with both).
            _members.Add(new SimulatedMember(_random.Next(3) == 0 && !cooperative ? string.Create(CultureInfo.InvariantCulture, $"i{i}") : null, cooperative));
        }
    }

    public int StepNumber { get; private set; }

    /// <summary>How often a partition came to a program.</summary>
    public int Handovers { get; private set; }

    public void Live(int steps)
    {
        for (; StepNumber < steps; StepNumber++)
        {
            var member = _members[_random.Next(_members.Count)];
            if (!member.Lives)
            {
                if (_random.Next(3) == 0)
                {
                    member.Start(_groups);
                }
            }
            else
            {
                switch (_random.Next(100))
                {
                    case < 60:
                        Serve(member);
                        break;
                    case < 62:
                        member.Close(_groups);
                        break;
                    case < 64:
                        member.Die();
                        break;
                    case < 66 when _restarts:
                        _groups.Restart();
                        break;
                    default:
                        break;
                }
            }

            Pass(_random.Next(1, 2000), callersAsk: _random.Next(10) > 0);
        }
    }

    /// <summary>From now on nobody dies and every caller asks: the group comes to rest, and every partition has an owner.</summary>
    public void ComeToRest()
    {
        foreach (var member in _members.Where(m => !m.Lives))
        {
            member.Start(_groups);
        }

        for (var i = 0; i < 2_000; i++, StepNumber++)
        {
            _members.ForEach(Serve);
            Pass(500, callersAsk: true);
            if (_groups.Classic is { State: ClassicGroupState.Stable } group && group.Members.Count == _members.Count && _members.All(m => m.IsAtRest))
            {
                Assert.Equal(Enumerable.Range(0, Partitions), _members.SelectMany(m => m.Owned).Select(p => p.Partition).Order());
                return;
            }
        }

        Assert.Fail($"The group does not come to rest: {string.Join(", ", _members.Select(m => m.State.Phase))}");
    }

    private void Serve(SimulatedMember member)
    {
        var before = member.Owned.Count;
        member.Serve(_groups);
        Handovers += Math.Max(0, member.Owned.Count - before);
        Check();
    }

    private void Pass(int milliseconds, bool callersAsk)
    {
        _groups.Advance(milliseconds);
        foreach (var member in _members.Where(m => m.Lives))
        {
            member.Listen(_groups);
            member.Tick(_groups, callersAsk);
            member.Listen(_groups);
        }

        Check();
    }

    // Whoever the coordinator believes to be in the group owns alone what it owns; who was put out may not know it yet.
    private void Check()
    {
        if (_groups.Shard.Find(GroupHarness.Group) is not ClassicGroup group)
        {
            return;
        }

        HashSet<string> known = [.. group.Members.Select(m => m.MemberId)];
        Dictionary<TopicPartition, string> owners = [];
        foreach (var member in _members.Where(m => m.Lives && m.State.Member.Generation >= 0 && known.Contains(m.State.Member.MemberId)))
        {
            foreach (var partition in member.Owned)
            {
                Assert.True(
                    owners.TryAdd(partition, member.State.Member.MemberId),
                    $"{partition} is read by {owners.GetValueOrDefault(partition)} and by {member.State.Member.MemberId}");
            }
        }
    }
}
