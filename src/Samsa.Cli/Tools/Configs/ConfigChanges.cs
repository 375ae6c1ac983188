using System.Text.RegularExpressions;
using Samsa.Cli.Tools.Clusters;

namespace Samsa.Cli.Tools.Configs;

/// <summary>Reads the settings that <c>kafka-configs --alter</c> is to change.</summary>
internal static partial class ConfigChanges
{
    /// <summary>
    /// Reads <c>k1=v1,k2=[v2,v3]</c>: commas within brackets belong to the value, brackets are taken away, blanks around do not count.
    /// </summary>
    /// <exception cref="ToolException">It is no list of pairs, or a key has other letters than keys have.</exception>
    public static void AddPairs(string text, Dictionary<string, string> changes, KafkaRelease release)
    {
        var pairs = WithoutEmptyEnd(Comma().Split(text)).Select(p => EqualSign().Split(p)).ToList();
        if (pairs.Exists(p => p.Length != 2))
        {
            throw new ToolException("requirement failed: Invalid entity config: all configs to be added must be in the format \"key=val\""
                + (release == KafkaRelease.V39 ? "." : " or  \"key=[val1,val2]\" to group values which contain commas."));
        }

        foreach (string[] pair in pairs)
            changes[pair[0].Trim()] = Brackets().Replace(pair[1], "").Trim();
        CheckKeys(changes.Keys, release);
    }

    /// <summary>Reads a file of settings.</summary>
    /// <exception cref="ToolException">It cannot be read, or a key has other letters than keys have.</exception>
    public static void AddFile(string path, Dictionary<string, string> changes, KafkaRelease release)
    {
        foreach (var (key, value) in PropertiesFile.Read(path))
            changes[key] = value;
        CheckKeys(changes.Keys, release);
    }

    /// <summary>Reads the keys that are to go back to their defaults; they are separated by commas.</summary>
    /// <exception cref="ToolException">A key has other letters than keys have.</exception>
    public static List<string> Deleted(IEnumerable<string> lists, KafkaRelease release)
    {
        List<string> keys = [.. lists.SelectMany(list => list.Split(',')).Select(key => key.Trim())];
        CheckKeys(keys, release);
        return keys;
    }

    private static void CheckKeys(IEnumerable<string> keys, KafkaRelease release)
    {
        foreach (string key in keys)
        {
            // Nested classes have a dollar in the names of their loggers; 3.9 refuses it.
            if (!key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' || (letter == '$' && release == KafkaRelease.V43)))
                throw new ToolException($"Invalid character found for config key: {key}");
        }
    }

    // As Java splits: empty parts at the end are left out.
    private static IEnumerable<string> WithoutEmptyEnd(string[] parts)
    {
        int count = parts.Length;
        while (count > 1 && parts[count - 1].Length == 0)
            count--;
        return parts.Take(count);
    }

    // Not within brackets: the next bracket behind it, if there is one, opens.
    [GeneratedRegex(@",(?=[^\]]*(?:\[|$))")]
    private static partial Regex Comma();

    [GeneratedRegex(@"\s*=\s*(?=[^\]]*(?:\[|$))")]
    private static partial Regex EqualSign();

    [GeneratedRegex(@"\[?\]?")]
    private static partial Regex Brackets();
}
