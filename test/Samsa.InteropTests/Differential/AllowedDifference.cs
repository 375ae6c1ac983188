using System.Text.RegularExpressions;
using Samsa.Protocol;

namespace Samsa.InteropTests.Differential;

/// <summary>
/// A difference that is meant: a row of the table in docs/conformance.md, which gives the reason. A row that explains nothing
/// any more fails the test of its API.
/// </summary>
/// <param name="Name">Names the row on the page.</param>
/// <param name="Api">The API that answers differently.</param>
/// <param name="Peer">"3.9", "4.3", or null for both.</param>
/// <param name="Case">Matches the whole name of the case.</param>
/// <param name="Path">Matches the whole path of the field.</param>
internal sealed record AllowedDifference(string Name, ApiKey Api, string? Peer, string Case, string Path)
{
    private readonly Regex _case = new($"^(?:{Case})$");
    private readonly Regex _path = new($"^(?:{Path})$");

    /// <summary>The versions for which it holds.</summary>
    public (short From, short To) Versions { get; init; } = (0, short.MaxValue);

    /// <summary>True when only fields are meant that one of the two does not have at all.</summary>
    public bool OnlyAbsent { get; init; }

    public bool Explains(Difference difference) =>
        (!OnlyAbsent || difference.Samsa is null || difference.Kafka is null) &&
        difference.Version >= Versions.From && difference.Version <= Versions.To && _case.IsMatch(difference.Case) && _path.IsMatch(difference.Path);
}
