using System.Text.RegularExpressions;
using Xunit;

namespace Samsa.UnitTests.Architecture;

/// <summary>Inside Broker the rooms know each other in one direction only: Network, Api, Groups, Replication, then the leaves.</summary>
public sealed partial class BrokerRoomsTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Network"] = ["Api", "Metadata", "Configuration", "Metrics"],
        ["Api"] = ["Groups", "Replication", "Metadata", "Configuration", "Metrics"],
        ["Groups"] = ["Replication", "Metadata", "Configuration", "Metrics"],
        ["Replication"] = ["Metadata", "Configuration", "Metrics"],
        ["Metadata"] = ["Configuration", "Metrics"],
        ["Configuration"] = [],
        ["Metrics"] = [],
    };

    public static TheoryData<string> Rooms =>
        [.. Directory.GetDirectories(Repository.PathOf("src/Samsa.Broker")).Select(d => Path.GetFileName(d)).Except(["bin", "obj"])];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Room_names_no_room_above_it(string room)
    {
        Assert.True(Allowed.TryGetValue(room, out string[]? allowed), $"src/Samsa.Broker/{room} is a new room: say here whom it may know");

        Assert.All(Repository.Files($"src/Samsa.Broker/{room}", ".cs"), file =>
        {
            var named = File.ReadLines(Repository.PathOf(file))
                .Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
                .SelectMany(line => RoomName().Matches(line).Select(m => m.Groups[1].Value))
                .Where(name => name != room && Allowed.ContainsKey(name));
            Assert.Empty(named.Except(allowed));
        });
    }

    [GeneratedRegex(@"\bSamsa\.Broker\.(\w+)")]
    private static partial Regex RoomName();
}
