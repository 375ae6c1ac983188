namespace Samsa.InteropTests.Differential;

/// <summary>A field that the two brokers answered differently; null where one of them has no such field.</summary>
internal sealed record Difference(string Case, short Version, int Step, string Path, string? Samsa, string? Kafka)
{
    /// <summary>What came in both transcripts at the same place but is not alike, in the order of Samsa's answer.</summary>
    public static List<Difference> Between(string name, Scene samsa, Scene kafka)
    {
        var differences = new List<Difference>();
        for (var step = 0; step < Math.Max(samsa.Transcript.Count, kafka.Transcript.Count); step++)
        {
            var ours = Fields(samsa, step);
            var theirs = Fields(kafka, step);
            if (ours.ContainsKey("") != theirs.ContainsKey(""))
            {
                differences.Add(new Difference(name, samsa.Version, step, "", ours.GetValueOrDefault("", "an answer"), theirs.GetValueOrDefault("", "an answer")));
                continue;
            }

            foreach (var path in ours.Keys.Union(theirs.Keys))
            {
                var (mine, other) = (ours.GetValueOrDefault(path), theirs.GetValueOrDefault(path));
                if (mine != other)
                    differences.Add(new Difference(name, samsa.Version, step, path, mine, other));
            }
        }

        return differences;
    }

    private static Dictionary<string, string> Fields(Scene scene, int step)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (step < scene.Transcript.Count)
        {
            foreach (var (path, value) in scene.Transcript[step].Answer)
                fields[fields.ContainsKey(path) ? path + "(again)" : path] = value;
        }

        return fields;
    }
}
