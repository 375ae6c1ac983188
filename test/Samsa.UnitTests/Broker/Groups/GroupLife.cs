using System.Globalization;
using System.Text;
using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>
/// One random life: clients as they really behave, and a model of what they were promised. Each client believes what it was told and
/// nothing else; what the coordinator tells them together must fit.
/// </summary>
internal sealed class GroupLife
{
    private const int Partitions = 6;

    private readonly Random _random;
    private readonly GroupHarness _groups;
    private readonly List<Client> _clients = [];

    // What was acknowledged, and what was under way when the coordinator went away: either may be there afterwards.
    private readonly Dictionary<int, long> _committed = [];

    // Who owned what, for each generation that members were told of. Generations only grow, restarts included.
    private readonly Dictionary<int, Dictionary<int, string>> _owners = [];
    private int _lastGeneration;

    public GroupLife(int seed)
    {
        _random = new Random(seed);
        _groups = new GroupHarness(
            $"group.initial.rebalance.delay.ms={_random.Next(2) * 3000}", $"group.max.size={(_random.Next(4) == 0 ? 3 : 100)}");
        for (var i = 0; i < 5; i++)
        {
            _clients.Add(new Client
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"c{i}"),
                Instance = _random.Next(3) == 0 ? string.Create(CultureInfo.InvariantCulture, $"instance{i}") : null,
            });
        }
    }

    public int StepNumber { get; private set; }

    public int StableGenerations { get; private set; }

    public void Live(int steps)
    {
        for (; StepNumber < steps; StepNumber++)
        {
            var client = _clients[_random.Next(_clients.Count)];
            switch (_random.Next(100))
            {
                case < 45:
                    Act(client);
                    break;
                case < 60:
                    Commit(client);
                    break;
                case < 64:
                    Leave(client);
                    break;
                case < 70:
                    // The process dies; a static one may be back before anybody notices.
                    client.Forget();
                    break;
                case < 72:
                    _groups.FailNext = ErrorCode.MessageTooLarge;
                    break;
                case < 75:
                    _groups.Restart();
                    break;
                default:
                    _groups.Advance(_random.Next(1, 4000));
                    break;
            }

            Listen();
            CheckOffsets();
        }
    }

    /// <summary>From now on nobody dies and nothing fails: whoever is allowed to must soon have its share.</summary>
    public void ComeToRest()
    {
        _groups.FailNext = ErrorCode.None;
        for (var i = 0; i < 2_000; i++, StepNumber++)
        {
            foreach (var client in _clients)
                Act(client);
            _groups.Advance(500);
            Listen();
            if (_groups.Shard.Find(GroupHarness.Group) is ClassicGroup { State: ClassicGroupState.Stable } group
                && _clients.All(client => client.IsOwner || client.WasRefused) && group.Members.Count == _clients.Count(client => client.IsOwner))
            {
                CheckOffsets();
                var owned = _clients.Where(client => client.IsOwner).SelectMany(client => client.Owned).Order();
                Assert.Equal(Enumerable.Range(0, Partitions), owned);
                return;
            }
        }

        Assert.Fail($"The group does not come to rest: {_groups.Shard.Find(GroupHarness.Group)?.StateName}");
    }

    // What a client does next when nobody disturbs it.
    private void Act(Client client)
    {
        if (client.Join is not null || client.Sync is not null)
            return;
        if (client.Joined is null)
        {
            client.Join = _groups.Join(client.MemberId, client.Instance, rebalance: 20_000, known: client.Instance is null, maySkip: StepNumber % 2 == 0);
        }
        else if (!client.IsOwner)
        {
            client.Sync = _groups.Sync(client.MemberId, client.Joined.GenerationId, client.Instance, "consumer", client.Joined.ProtocolName, Share(client.Joined));
        }
        else
        {
            Obey(client, _groups.Heartbeat(client.MemberId, client.Joined.GenerationId, client.Instance));
        }
    }

    // The leader deals the partitions out.
    private static Dictionary<string, byte[]> Share(JoinGroupResponse joined)
    {
        var shares = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (joined.Leader != joined.MemberId || joined.SkipAssignment)
            return shares;
        for (var i = 0; i < joined.Members.Count; i++)
        {
            var count = joined.Members.Count;
            var mine = Enumerable.Range(0, Partitions).Where(partition => partition % count == i);
            shares[joined.Members[i].MemberId] = Encoding.UTF8.GetBytes(string.Join(',', mine));
        }

        return shares;
    }

    private void Commit(Client client)
    {
        if (!client.IsOwner || client.Owned.Count == 0)
            return;
        var partition = client.Owned[_random.Next(client.Owned.Count)];
        var offset = _committed.GetValueOrDefault(partition) + _random.Next(1, 10);
        var error = _groups.Commit(offset, client.MemberId, client.Joined!.GenerationId, partition, instance: client.Instance);
        if (error == ErrorCode.None)
        {
            // The coordinator took the word of this one: nobody may have been given the partition in a newer generation meanwhile.
            Assert.True(client.Joined.GenerationId == _groups.Classic.GenerationId, "A commit of an old generation was taken.");
            _committed[partition] = offset;
        }

        Obey(client, error);
    }

    private void Leave(Client client)
    {
        if (client.Joined is null)
            return;
        var error = _groups.Leave(client.MemberId, client.Instance);
        Assert.Contains(error, new[] { ErrorCode.None, ErrorCode.UnknownMemberId, ErrorCode.FencedInstanceId });
        client.Forget();
    }

    // The answers that have come.
    private void Listen()
    {
        foreach (var client in _clients)
        {
            if (client.Join is { IsWaiting: false } join)
            {
                client.Join = null;
                OnJoined(client, join.Now);
            }

            if (client.Sync is { IsWaiting: false } sync)
            {
                client.Sync = null;
                OnSynced(client, sync.Now);
            }
        }
    }

    private void OnJoined(Client client, JoinGroupResponse answer)
    {
        client.WasRefused = answer.ErrorCode == ErrorCode.GroupMaxSizeReached;
        if (answer.ErrorCode == ErrorCode.MemberIdRequired)
        {
            client.MemberId = answer.MemberId;
            return;
        }

        if (answer.ErrorCode != ErrorCode.None)
        {
            Obey(client, answer.ErrorCode);
            return;
        }

        Assert.True(answer.GenerationId >= _lastGeneration || answer.GenerationId == _groups.Classic.GenerationId, "A generation came back.");
        _lastGeneration = Math.Max(_lastGeneration, answer.GenerationId);
        client.MemberId = answer.MemberId;
        client.Joined = answer;
    }

    private void OnSynced(Client client, SyncGroupResponse answer)
    {
        if (answer.ErrorCode != ErrorCode.None)
        {
            Obey(client, answer.ErrorCode);
            return;
        }

        var text = Encoding.UTF8.GetString(answer.Assignment.Span);
        client.Owned = [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        client.IsOwner = true;
        var generation = client.Joined!.GenerationId;
        if (!_owners.TryGetValue(generation, out var owners))
        {
            _owners[generation] = owners = [];
            StableGenerations++;
        }

        foreach (var partition in client.Owned)
        {
            // A static member that came back is the same owner.
            Assert.True(
                owners.TryAdd(partition, client.Name) || owners[partition] == client.Name,
                $"Partition {partition} has two owners in generation {generation}: {owners[partition]} and {client.Name}");
        }
    }

    private static void Obey(Client client, ErrorCode error)
    {
        switch (error)
        {
            case ErrorCode.None or ErrorCode.InvalidCommitOffsetSize:
                break;
            case ErrorCode.UnknownMemberId or ErrorCode.FencedInstanceId or ErrorCode.GroupMaxSizeReached:
                client.Forget();
                break;
            default:
                client.JoinAgain();
                break;
        }
    }

    private void CheckOffsets()
    {
        foreach (var (partition, offset) in _committed)
            Assert.True(offset == _groups.Committed(partition), $"Partition {partition}: {offset} was committed, {_groups.Committed(partition)} is there");
    }

    private sealed class Client
    {
        public required string Name { get; init; }

        public string? Instance { get; init; }

        public string MemberId { get; set; } = "";

        public JoinGroupResponse? Joined { get; set; }

        public GroupHarness.Answer<JoinGroupResponse>? Join { get; set; }

        public GroupHarness.Answer<SyncGroupResponse>? Sync { get; set; }

        public bool IsOwner { get; set; }

        public bool WasRefused { get; set; }

        public List<int> Owned { get; set; } = [];

        public void Forget()
        {
            MemberId = "";
            JoinAgain();
        }

        public void JoinAgain()
        {
            Joined = null;
            Join = null;
            Sync = null;
            IsOwner = false;
            Owned = [];
        }
    }
}
