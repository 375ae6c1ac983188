using System.Text.Json;

namespace Samsa.InteropTests.Groups;

/// <content>What Apache's verifiable consumer says.</content>
internal sealed partial class GroupMember
{
    /// <summary>Reads its lines, under the member's lock. It says what comes and goes; the whole is kept here.</summary>
    private sealed class VerifiableEvents(GroupMember member)
    {
        private const int MicrosecondsOfMillisecond = 1000;

        private readonly SortedSet<int> _owned = [];

        public void Take(string line)
        {
            using var document = JsonDocument.Parse(line);
            var said = document.RootElement;
            // It owns something from the end of that millisecond on at the latest, and gives it back at its beginning at the earliest.
            var begin = said.GetProperty("timestamp").GetInt64() * MicrosecondsOfMillisecond;
            var end = begin + MicrosecondsOfMillisecond - 1;
            switch (said.GetProperty("name").GetString())
            {
                case "partitions_assigned":
                    _owned.UnionWith(Partitions(said));
                    member.Owns(begin, end, _owned);
                    break;
                case "partitions_revoked":
                    _owned.ExceptWith(Partitions(said));
                    if (_owned.Count > 0)
                        member.Owns(begin, end, _owned);
                    else
                        member.OwnsNothing(begin);
                    break;
                case "record_data":
                    member._processed.Add((said.GetProperty("partition").GetInt32(), said.GetProperty("value").GetString()!));
                    break;
                case "offsets_committed" when !said.GetProperty("success").GetBoolean():
                    member._errors.AppendLine(line);
                    break;
                default:
                    break;
            }
        }

        private static IEnumerable<int> Partitions(JsonElement said) => said.GetProperty("partitions").EnumerateArray().Select(one => one.GetProperty("partition").GetInt32());
    }
}
