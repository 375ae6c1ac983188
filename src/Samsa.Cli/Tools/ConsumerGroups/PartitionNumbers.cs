using System.Globalization;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>The numbers behind the colon of <c>topic:0,1,2</c>.</summary>
internal static class PartitionNumbers
{
    /// <summary>Reads them.</summary>
    /// <param name="argument">The whole argument, for the message.</param>
    /// <param name="numbers">What follows the colon.</param>
    /// <exception cref="ToolException">One is none.</exception>
    public static IReadOnlyList<int> Parse(string argument, string numbers) =>
    [
        .. numbers.Split(',').Select(number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int partition)
            ? partition
            : throw new ToolException($"Invalid partition '{number}' specified in topic arg '{argument}''", showOptions: true)),
    ];
}
