using System.Text.Json;
using Samsa.UnitTests.Protocol.Schemas;
using Xunit;

namespace Samsa.UnitTests.Protocol;

/// <summary>Compares our schemas, version by version, with facts taken from Kafka's own, where those lie beside the repository.</summary>
public sealed class SchemaDriftTests
{
    /// <summary>Names that Kafka changed between the two revisions; the schemas carry the newer one. Key: the message, then old to new.</summary>
    private static readonly Dictionary<string, Dictionary<string, string>> RenamedFields = new()
    {
        ["ListConfigResourcesResponse"] = new() { ["ClientMetricsResources"] = "ConfigResources", ["Name"] = "ResourceName" },
        ["TxnOffsetCommitRequest"] = new() { ["GenerationId"] = "GenerationIdOrMemberEpoch" },
        ["VoteRequest"] = new()
        {
            ["CandidateEpoch"] = "ReplicaEpoch",
            ["CandidateId"] = "ReplicaId",
            ["CandidateDirectoryId"] = "ReplicaDirectoryId",
        },
    };

    private static readonly Dictionary<string, string> RenamedMessages = new()
    {
        ["ListClientMetricsResourcesRequest"] = "ListConfigResourcesRequest",
        ["ListClientMetricsResourcesResponse"] = "ListConfigResourcesResponse",
    };

    [Theory]
    [InlineData("protocol-json-3.9")]
    [InlineData("protocol-json-4.4")]
    public void Every_version_has_the_same_fields_as_Kafkas_own_schema(string revision)
    {
        var reference = Load(revision);
        var newer = Load("protocol-json-4.4");
        var failures = new List<string>();
        var compared = 0;
        foreach (var theirs in reference.Values)
        {
            var name = RenamedMessages.GetValueOrDefault(theirs.Name, theirs.Name);
            if (theirs.Versions.IsEmpty || (revision == "protocol-json-3.9" && IsEarlyShareRecord(theirs)))
            {
                continue;
            }

            if (!SchemaCatalog.Messages.TryGetValue(name, out var ours))
            {
                failures.Add($"{name} is missing");
                continue;
            }

            // 3.9 has the record type of a coordinator's key as the version of the key.
            var isOldKey = revision == "protocol-json-3.9" && ours.Kind is "group-key" or "transaction-key" && theirs.Type == "data";
            for (var version = theirs.Versions.From; version <= theirs.Versions.To; version++)
            {
                var unreleased = revision == "protocol-json-3.9" && IsUnstable(theirs, version, newer.GetValueOrDefault(name), reference);
                if (unreleased)
                {
                    continue;
                }

                compared++;
                var expected = Renamed(name, theirs.Describe(version));
                var actual = SchemaDescription.Describe(ours, isOldKey ? 0 : version);
                if (!SameButForNewerTags(expected, actual))
                {
                    failures.Add($"{name} version {version}:\n  Kafka {string.Join(" | ", expected)}\n  ours  {string.Join(" | ", actual)}");
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures));
        Assert.True(compared > 500, $"only {compared} versions were compared");
    }

    [Fact]
    public void Every_api_reaches_from_the_oldest_version_of_3_9_to_the_newest_of_4_4()
    {
        var old = Load("protocol-json-3.9");
        var current = Load("protocol-json-4.4");
        foreach (var (name, ours) in SchemaCatalog.Messages.Where(pair => pair.Value.Kind is "request" or "response"))
        {
            var oldName = RenamedMessages.FirstOrDefault(pair => pair.Value == name).Key ?? name;
            var before = old.GetValueOrDefault(oldName);
            var now = current.GetValueOrDefault(name);
            Assert.True(now is null || now.Versions.IsEmpty || now.Versions.To == ours.Versions.To, name);
            Assert.True(now is { LatestUnstable: true } == ours.LatestUnstable, name);
            Assert.True(before is null || IsUnstable(before, before.Versions.To, now, old) || before.Versions.From == ours.Versions.From, name);
            Assert.Equal((now ?? before)!.ApiKey, ours.Key);
        }
    }

    /// <summary>Equal, or ours has tagged fields more: those come without a new version (KIP-482), so that 3.9 does not have all of them.</summary>
    private static bool SameButForNewerTags(List<string> expected, List<string> actual)
    {
        var next = 0;
        for (var i = 0; i < actual.Count; i++)
        {
            if (next < expected.Count && expected[next] == actual[i])
            {
                next++;
                continue;
            }

            if (!actual[i].Contains(" tag ", StringComparison.Ordinal))
            {
                return false;
            }

            while (i + 1 < actual.Count && Indent(actual[i + 1]) > Indent(actual[i]))
            {
                actual.RemoveAt(i + 1);
            }
        }

        return next == expected.Count;

        static int Indent(string line) => line.Length - line.TrimStart().Length;
    }

    /// <summary>A last version that 3.9 calls unstable, on the request, counts as 4.4 has it, or not at all.</summary>
    private static bool IsUnstable(ReferenceSchema theirs, int version, ReferenceSchema? newer, Dictionary<string, ReferenceSchema> all)
    {
        var request = theirs.Type == "response" ? all.GetValueOrDefault(theirs.Name.Replace("Response", "Request", StringComparison.Ordinal)) : theirs;
        return request is { LatestUnstable: true } && version == request.Versions.To && newer is not null;
    }

    /// <summary>The records of share groups were drafts in 3.9: never written by a release, and changed in place since.</summary>
    private static bool IsEarlyShareRecord(ReferenceSchema theirs) =>
        theirs.Type == "data" && theirs.Name.StartsWith("ShareGroup", StringComparison.Ordinal);

    private static List<string> Renamed(string message, List<string> lines)
    {
        if (!RenamedFields.TryGetValue(message, out var names))
        {
            return lines;
        }

        return lines.ConvertAll(line =>
        {
            var name = line.TrimStart().Split(' ')[0];
            return names.TryGetValue(name, out var renamed) ? line.Replace(name + " ", renamed + " ", StringComparison.Ordinal) : line;
        });
    }

    private static Dictionary<string, ReferenceSchema> Load(string revision)
    {
        var root = new DirectoryInfo(SchemaCatalog.RepositoryRoot);
        for (var folder = root; folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "reference", "kafka", revision);
            if (Directory.Exists(candidate))
            {
                return Directory.EnumerateFiles(candidate, "*.json", SearchOption.AllDirectories)
                    .Select(path => new ReferenceSchema(JsonDocument.Parse(File.ReadAllText(path)).RootElement))
                    .ToDictionary(schema => schema.Name);
            }
        }

        Assert.Skip($"No folder shared/reference/kafka/{revision} at or above {root.Name}: nothing to compare with.");
        return [];
    }
}
