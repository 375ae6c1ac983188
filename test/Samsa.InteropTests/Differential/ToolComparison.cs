using System.Text;

namespace Samsa.InteropTests.Differential;

/// <summary>What a tool printed against both brokers, without what the rows that are about the call cut out.</summary>
internal sealed class ToolComparison
{
    /// <summary>More lines than this are not told.</summary>
    private const int Most = 60;

    private readonly List<string> _samsa;
    private readonly List<string> _kafka;

    public ToolComparison(List<ToolDifference> rows, List<string> samsa, List<string> kafka)
    {
        (_samsa, _kafka) = Cut(rows, samsa, kafka);
        Needed = [.. rows.Where(row =>
        {
            var (mine, other) = Cut(rows.Where(one => one != row), samsa, kafka);
            return !mine.SequenceEqual(other);
        })];
    }

    /// <summary>The rows without which the two would differ.</summary>
    public List<ToolDifference> Needed { get; }

    public bool IsSame => _samsa.SequenceEqual(_kafka);

    /// <summary>The lines that only one of the two has, in order, as `diff` finds them.</summary>
    public string Tell()
    {
        // The longest common part of what is left from each place on.
        var common = new int[_samsa.Count + 1, _kafka.Count + 1];
        for (var i = _samsa.Count - 1; i >= 0; i--)
        {
            for (var j = _kafka.Count - 1; j >= 0; j--)
                common[i, j] = _samsa[i] == _kafka[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var text = new StringBuilder();
        var (mine, other, told) = (0, 0, 0);
        while ((mine < _samsa.Count || other < _kafka.Count) && told < Most)
        {
            if (mine < _samsa.Count && other < _kafka.Count && _samsa[mine] == _kafka[other])
            {
                mine++;
                other++;
                continue;
            }

            told++;
            if (mine < _samsa.Count && (other == _kafka.Count || common[mine + 1, other] >= common[mine, other + 1]))
                text.Append("  Samsa: ").Append(Head(_samsa[mine++])).Append('\n');
            else
                text.Append("  Kafka: ").Append(Head(_kafka[other++])).Append('\n');
        }

        return text.ToString();
    }

    private static (List<string> Samsa, List<string> Kafka) Cut(IEnumerable<ToolDifference> rows, List<string> samsa, List<string> kafka)
    {
        foreach (var row in rows)
            (samsa, kafka) = row.Cut(samsa, kafka);
        return (samsa, kafka);
    }

    private static string Head(string line) => line.Length <= 400 ? line : line[..400] + " [...]";
}
