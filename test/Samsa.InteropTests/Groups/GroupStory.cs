using System.Globalization;
using System.Text;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Groups;

/// <summary>
/// The life of one group: three members join, one is killed, one leaves, the broker is killed under the third, and a fourth goes on where
/// that one stopped. Owns its members; used by one task; lives until disposed. Three chapters, so that all stories share one kill.
/// </summary>
internal sealed class GroupStory(string name, string server, Func<string, string, GroupMember> start) : IAsyncDisposable
{
    private const int Partitions = 6;
    private const int Slice = 60;

    private readonly List<GroupMember> _members = [];
    private int _produced;

    public string Topic => "read-by-" + name;

    public string Group => "group-of-" + name;

    /// <summary>Three join; one dies, one leaves, the last one takes everything over.</summary>
    public async Task JoinAndCrashAsync()
    {
        await ProduceAsync(Slice);
        for (var i = 0; i < 3; i++)
            _members.Add(start(Topic, Group));
        await UntilAsync("three members share the partitions", () => _members.TrueForAll(member => member.Assigned is { Count: 2 }) && Owned().SequenceEqual(Enumerable.Range(0, Partitions)));
        await UntilProcessedAsync();

        await _members[0].KillAsync();
        await _members[1].LeaveAsync();
        await ProduceAsync(Slice);
        await UntilAsync("the last member has everything", () => _members[2].Assigned is { Count: Partitions });
        await UntilProcessedAsync();
    }

    /// <summary>After the broker came back: the member goes on, and nothing that was committed comes again.</summary>
    public async Task GoOnAsync()
    {
        await ProduceAsync(Slice);
        await UntilProcessedAsync();
        await _members[2].LeaveAsync();

        var next = start(Topic, Group);
        _members.Add(next);
        var before = _produced;
        await ProduceAsync(Partitions);
        await UntilProcessedAsync();
        Assert.Equal(Enumerable.Range(before, Partitions), next.Processed.Select(one => int.Parse(one.Value, CultureInfo.InvariantCulture)).Order());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
    }

    private List<int> Owned() => [.. _members.SelectMany(member => member.Assigned ?? []).Order()];

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
