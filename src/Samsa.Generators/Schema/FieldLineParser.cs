using System.Globalization;

namespace Samsa.Generators.Schema;

/// <summary>Reads one field line: <c>Name type versions [attributes]</c>, or <c>Name type [as Domain]</c> in a record without versions.</summary>
internal static class FieldLineParser
{
    private static readonly VersionRange TheOnlyVersion = new(0, 0);

    public static FieldSchema? Parse(string[] words, int line, bool inRecord, Action<string> error)
    {
        if (words.Length < (inRecord ? 2 : 3))
        {
            error(inRecord ? "expected '<Name> <type> [as <Domain>]'" : "expected '<Name> <type> <versions> [attributes]'");
            return null;
        }

        var typeText = words[1];
        var nullable = typeText.EndsWith("?", StringComparison.Ordinal);
        typeText = nullable ? typeText.Substring(0, typeText.Length - 1) : typeText;
        var isArray = typeText.StartsWith("[]", StringComparison.Ordinal);
        var type = new FieldType(isArray ? typeText.Substring(2) : typeText, isArray);
        if (type.Element.Length == 0 || (type.IsStruct && !char.IsUpper(type.Element[0])))
        {
            error($"unknown type '{words[1]}'");
            return null;
        }

        var versions = TheOnlyVersion;
        if (!inRecord && !VersionRange.TryParse(words[2], out versions))
        {
            error($"'{words[2]}' is not a version range: expected 3, 3-5, 3+ or none");
            return null;
        }

        var field = new FieldSchema(words[0], type, versions, line) { Nullable = nullable ? versions : VersionRange.None };
        return (inRecord ? ParseDomain(field, words, error) : ParseAttributes(field, words, error)) ? field : null;
    }

    private static bool ParseDomain(FieldSchema field, string[] words, Action<string> error)
    {
        if (words.Length == 4 && words[2] == "as")
        {
            field.Domain = words[3];
        }
        else if (words.Length != 2)
        {
            error($"{field.Name}: a field of a record has no attribute but 'as <Domain>'");
            return false;
        }

        return true;
    }

    private static bool ParseAttributes(FieldSchema field, string[] words, Action<string> error)
    {
        for (var i = 3; i < words.Length; i++)
        {
            var argument = i + 1 < words.Length ? words[i + 1] : null;
            switch (words[i])
            {
                case "key":
                    field.IsKey = true;
                    break;
                case "ignorable":
                    field.Ignorable = true;
                    break;
                case "inflexible":
                    field.NeverFlexible = true;
                    break;
                case "=" when argument is not null:
                    field.Default = argument;
                    i++;
                    break;
                case "as" when argument is not null:
                    field.Domain = argument;
                    i++;
                    break;
                case "nullable" when argument is not null && VersionRange.TryParse(argument, out var nullable):
                    field.Nullable = nullable;
                    i++;
                    break;
                case "tagged" when argument is not null && VersionRange.TryParse(argument, out var tagged):
                    field.Tagged = tagged;
                    i++;
                    break;
                case "tag" when int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out var tag):
                    field.Tag = tag;
                    field.Tagged = field.Tagged.IsEmpty ? field.Versions : field.Tagged;
                    i++;
                    break;
                default:
                    error($"cannot read the attribute '{words[i]}' of {field.Name}: expected nullable, tag, tagged, =, key, ignorable, inflexible or as, with its argument");
                    return false;
            }
        }

        return true;
    }
}
