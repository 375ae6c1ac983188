using System.Globalization;
using System.Text;
using Samsa.Client.Admin;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Groups;

/// <summary>
/// The life of one group on three partitions: four members join and one is idle; one is killed and the idle one steps in, two leave, the
/// broker is killed under the last one, and a fifth goes on where that one stopped. At no time has a partition two owners. Owns its
/// members; used by one task; lives until disposed. Three chapters, so that all stories share one kill and
/// one restart.
/// </summary>
internal sealed class GroupStory(string name, string server, Func<string, string, GroupMember> start) : IAsyncDisposable
{
    private const int Partitions = 3;
    private const int Slice = 60;

    private readonly List<GroupMember> _members = [];
    private readonly List<GroupMember> _dead = [];
    private int _produced;

    public string Topic => "read-by-" + name;

    public string Group => "group-of-" + name;

    /// <summary>Four join; one dies, two leave, the last one takes everything over.</summary>
    public async Task JoinAndCrashAsync()
    {
        await ProduceAsync(Slice);
        for (var i = 0; i < 4; i++)
            _members.Add(start(Topic, Group));
        await UntilAsync("three members own one partition each and the fourth is idle", () => OneEach(idle: 1));
        await Conditions.UntilAsync($"{name}: the group has four members", CountMembersAsync, count => count == 4);
        await UntilProcessedAsync();

        var killed = _members.Find(member => member.Assigned is { Count: 1 })!;
        var idle = _members.Find(member => IsIdle(member.Assigned))!;
        await killed.KillAsync();
        _dead.Add(killed);
        await UntilAsync("the idle one stepped in", () => OneEach(idle: 0));
        await ProduceAsync(Slice);
        await UntilProcessedAsync();
        Assert.NotEmpty(idle.Processed);

        foreach (var leaving in Living().Where(member => member != idle).ToList())
        {
            await leaving.LeaveAsync();
            _dead.Add(leaving);
        }

        await ProduceAsync(Slice);
        await UntilAsync("the last member has everything", () => idle.Assigned is { Count: Partitions });
        await UntilProcessedAsync();
    }

    /// <summary>After the broker came back from a kill: the member goes on.</summary>
    public async Task GoOnAsync()
    {
        await ProduceAsync(Slice);
        await UntilProcessedAsync();
        var last = Living().Single();
        await last.LeaveAsync();
        _dead.Add(last);
    }

    /// <summary>After a restart: nothing that was committed comes again.</summary>
    public async Task TakeOverAsync()
    {
        var next = start(Topic, Group);
        _members.Add(next);
        var before = _produced;
        await ProduceAsync(Partitions);
        await UntilProcessedAsync();
        Assert.Equal(Enumerable.Range(before, Partitions), next.Processed.Select(one => int.Parse(one.Value, CultureInfo.InvariantCulture)).Order());
        // kcat does not say when.
        Ownership.AssertExclusive(name, _members.ConvertAll(member => (name, member)), Partitions, everybodySpeaks: name != "kcat");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
    }

    private List<GroupMember> Living() => _members.FindAll(member => !_dead.Contains(member));

    private bool OneEach(int idle)
    {
        var owned = Living().ConvertAll(member => member.Assigned);
        return owned.TrueForAll(one => IsIdle(one) || one is { Count: 1 })
            && owned.Count(IsIdle) == idle
            && owned.SelectMany(one => one ?? []).Order().SequenceEqual(Enumerable.Range(0, Partitions));
    }

    // In a group of KIP-848 librdkafka does not say that it has nothing.
    private bool IsIdle(List<int>? assigned) => assigned is { Count: 0 } || (assigned is null && name.EndsWith("848", StringComparison.Ordinal));

    private async Task<int> CountMembersAsync()
    {
        await using var admin = new KafkaAdmin(new AdminOptions { BootstrapServers = server });
        return (await admin.DescribeGroupsAsync([Group]))[0].Members.Count;
    }

    private async Task UntilProcessedAsync() => await UntilAsync(
        "every record was processed",
        () => _members.SelectMany(member => member.Processed).Select(one => one.Value).ToHashSet().Count == _produced);

    private Task<bool> UntilAsync(string what, Func<bool> holds) => Conditions.UntilAsync(
        $"{name}: {what}; " + string.Join("; ", _members.Select(member => "[" + string.Join(' ', member.Assigned ?? []) + "] " + member.Errors)),
        () => Task.FromResult(holds()),
        held => held);

    // As many to each partition; the value is the number of the record.
    private async Task ProduceAsync(int count)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            var lines = new StringBuilder();
            for (var i = partition; i < count; i += Partitions)
                lines.Append(CultureInfo.InvariantCulture, $"{_produced + i}\n");
            (await Child.RunAsync(
                Tools.Kcat, ["-P", "-b", server, "-t", Topic, "-p", partition.ToString(CultureInfo.InvariantCulture)], Encoding.UTF8.GetBytes(lines.ToString()))).Succeeded();
        }

        _produced += count;
    }
}
