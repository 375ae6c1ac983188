using Samsa.Client.Admin;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>The states and types that <c>--state</c> and <c>--type</c> name, in any case, separated by commas.</summary>
internal static class GroupFilters
{
    // In the order in which the releases list them; 4.3's differs from run to run.
    private static readonly GroupState[] States39 =
        [GroupState.PreparingRebalance, GroupState.CompletingRebalance, GroupState.Stable, GroupState.Dead, GroupState.Empty, GroupState.Assigning, GroupState.Reconciling];

    private static readonly GroupState[] States43 =
        [GroupState.Empty, GroupState.Dead, GroupState.Reconciling, GroupState.CompletingRebalance, GroupState.Assigning, GroupState.PreparingRebalance, GroupState.Stable];

    /// <summary>The states; none for all.</summary>
    /// <exception cref="ToolException">One is none.</exception>
    public static IReadOnlyCollection<GroupState> States(string? text, KafkaRelease release) =>
        Parse(text, "state list", "states", release == KafkaRelease.V39 ? States39 : States43);

    /// <summary>The types; none for all.</summary>
    /// <exception cref="ToolException">One is none.</exception>
    public static IReadOnlyCollection<GroupType> Types(string? text) => Parse(text, "types list", "types", [GroupType.Consumer, GroupType.Classic]);

    private static HashSet<T> Parse<T>(string? text, string what, string plural, T[] valid) where T : struct, Enum
    {
        HashSet<T> chosen = [];
        foreach (string word in string.IsNullOrEmpty(text) ? [] : text.Split(','))
        {
            int at = Array.FindIndex(valid, v => v.ToString().Equals(word.Trim(), StringComparison.OrdinalIgnoreCase));
            if (at < 0)
                throw new ToolException($"Invalid {what} '{text}'. Valid {plural} are: {string.Join(", ", valid)}", showOptions: true);
            chosen.Add(valid[at]);
        }

        return chosen;
    }
}
