using System.Text.RegularExpressions;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>
/// Topics by a regular expression that must match the whole name, as the option <c>--topic</c> of Kafka's tools has it: blanks and
/// quotes around it do not count, and a comma is an alternative.
/// </summary>
internal sealed class TopicFilter
{
    private static readonly string[] InternalTopics = ["__consumer_offsets", "__transaction_state", "__share_group_state"];

    private readonly Regex _pattern;

    /// <exception cref="ToolException">It is no regular expression.</exception>
    public TopicFilter(string pattern)
    {
        string cleaned = pattern.Trim().Replace(',', '|').Replace(" ", "", StringComparison.Ordinal).Trim('"', '\'');
        try
        {
            _pattern = new Regex($@"\A(?:{cleaned})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException e)
        {
            throw new ToolException($"{cleaned} is an invalid regex: {e.Message}");
        }
    }

    public static bool IsInternal(string topic) => InternalTopics.Contains(topic, StringComparer.Ordinal);

    /// <summary>Whether the name matches.</summary>
    public bool Allows(string topic) => _pattern.IsMatch(topic);
}
