using Samsa.Generators.Schema;

namespace Samsa.Generators.Emit;

/// <summary>Turns version ranges into C# conditions, given what is known about the version already.</summary>
internal static class VersionConditions
{
    /// <summary>The condition "version is in <paramref name="range"/>": null when it is certain.</summary>
    public static string? In(VersionRange range, VersionRange known)
    {
        var possible = range.Intersect(known);
        if (possible.IsEmpty)
        {
            return "false";
        }

        var low = possible.From > known.From;
        var high = possible.To < known.To;
        return (low, high) switch
        {
            (false, false) => null,
            _ when possible.From == possible.To => $"version == {possible.From}",
            (true, false) => $"version >= {possible.From}",
            (false, true) => $"version <= {possible.To}",
            _ => $"version is >= {possible.From} and <= {possible.To}",
        };
    }

    /// <summary>The argument <c>flexible</c>: a constant where it is certain, the local variable otherwise.</summary>
    public static string Flexible(FieldSchema field, VersionRange flexible, VersionRange known) =>
        field.NeverFlexible ? "false" : In(flexible, known) switch
        {
            null => "true",
            "false" => "false",
            _ => "flexible",
        };
}
