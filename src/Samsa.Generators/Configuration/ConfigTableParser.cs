namespace Samsa.Generators.Configuration;

/// <summary>Reads the text form of the configuration table; the format is described in schemas/config/README.md.</summary>
internal static class ConfigTableParser
{
    /// <summary>Parses one file. Throws <see cref="FormatException"/> with the line number when a line is wrong.</summary>
    public static List<ConfigLine> Parse(string text)
    {
        var keys = new List<ConfigLine>();
        var scope = "";
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (line.StartsWith("scope ", StringComparison.Ordinal))
            {
                scope = line.Substring(6).Trim();
            }
            else if (line.StartsWith("    ", StringComparison.Ordinal))
            {
                if (keys.Count == 0)
                {
                    throw new FormatException($"line {number}: documentation without a key above it");
                }

                var last = keys[keys.Count - 1];
                last.Documentation = (last.Documentation + " " + line.Trim()).Trim();
            }
            else
            {
                keys.Add(ParseKey(line, scope, number));
            }
        }

        return keys;
    }

    private static ConfigLine ParseKey(string line, string scope, int number)
    {
        var columns = line.Split('|');
        if (columns.Length is not (7 or 8))
        {
            throw new FormatException($"line {number}: {columns.Length} columns, expected 7 (or 8 with broker keys)");
        }

        if (scope.Length == 0)
        {
            throw new FormatException($"line {number}: a key before the 'scope' line");
        }

        return new ConfigLine
        {
            Scope = scope,
            Name = columns[0].Trim(),
            Type = columns[1].Trim(),
            Default = columns[2].Trim(),
            Valid = columns[3].Trim(),
            Mode = columns[4].Trim(),
            Importance = columns[5].Trim(),
            Flags = columns[6].Trim(),
            BrokerKeys = columns.Length == 8 ? columns[7].Trim() : "-",
        };
    }
}
