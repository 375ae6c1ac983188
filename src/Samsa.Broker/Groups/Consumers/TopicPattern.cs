using System.Text;
using System.Text.RegularExpressions;

namespace Samsa.Broker.Groups.Consumers;

/// <summary>
/// Regular expressions of topics, in the language of RE2 that Kafka's clients write (KIP-848). They run on the engine that does not
/// backtrack: its time is linear in the length of a name, whatever somebody writes. Stateless.
/// </summary>
internal static class TopicPattern
{
    /// <summary>No topic needs more; the automaton of a longer one costs memory that a client should not be able to take.</summary>
    private const int LongestPattern = 4096;

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly (string Name, string Members)[] Classes =
    [
        ("alnum", "0-9A-Za-z"), ("alpha", "A-Za-z"), ("ascii", "\\x00-\\x7F"), ("blank", "\\t "), ("cntrl", "\\x00-\\x1F\\x7F"), ("digit", "0-9"),
        ("graph", "!-~"), ("lower", "a-z"), ("print", " -~"), ("punct", "!-/:-@\\[-`{-~"), ("space", "\\t-\\r "), ("upper", "A-Z"),
        ("word", "0-9A-Za-z_"), ("xdigit", "0-9A-Fa-f"),
    ];

    /// <summary>Why a pattern cannot be used; null when it can.</summary>
    public static string? ErrorOf(string pattern)
    {
        try
        {
            _ = Compile(pattern);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return $"SubscribedTopicRegex `{pattern}` is not a valid regular expression: {e.Message}.";
        }
    }

    /// <summary>The topics that a pattern matches as a whole; none for one that cannot be used.</summary>
    public static HashSet<string> Matches(string pattern, IEnumerable<string> topics)
    {
        var matches = new HashSet<string>(StringComparer.Ordinal);
        if (ErrorOf(pattern) is not null)
        {
            return matches;
        }

        var regex = Compile(pattern);
        foreach (var topic in topics)
        {
            if (regex.IsMatch(topic))
            {
                matches.Add(topic);
            }
        }

        return matches;
    }

    private static Regex Compile(string pattern)
    {
        if (pattern.Length > LongestPattern)
        {
            throw new ArgumentException($"it is longer than {LongestPattern} characters");
        }

        return new Regex($"\\A(?:{Translate(pattern)})\\z", Options);
    }

    // What RE2 writes otherwise than .NET, and what .NET would understand that RE2 does not.
    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    i = TranslateEscape(pattern, i, text);
                    break;
                case '[' when !inClass:
                    inClass = true;
                    text.Append('[');
                    if (i + 1 < pattern.Length && pattern[i + 1] == '^')
                    {
                        text.Append(pattern[++i]);
                    }

                    // A bracket right at the beginning means itself.
                    if (i + 1 < pattern.Length && pattern[i + 1] == ']')
                    {
                        text.Append("\\]");
                        i++;
                    }

                    break;
                case '[' when TryReadClass(pattern, i, out var members, out var end):
                    text.Append(members);
                    i = end;
                    break;
                case '[':
                    // .NET would subtract what follows.
                    text.Append("\\[");
                    break;
                case ']':
                    inClass = false;
                    text.Append(']');
                    break;
                case '(' when !inClass && i + 1 < pattern.Length && pattern[i + 1] == '?':
                    i = TranslateGroup(pattern, i, text);
                    break;
                default:
                    text.Append(pattern[i]);
                    break;
            }
        }

        return text.ToString();
    }

    private static int TranslateEscape(string pattern, int at, StringBuilder text)
    {
        if (at + 1 >= pattern.Length)
        {
            throw new ArgumentException("trailing \\ at the end");
        }

        var next = pattern[at + 1];
        switch (next)
        {
            case 'Q':
                var end = pattern.IndexOf("\\E", at + 2, StringComparison.Ordinal);
                var quoted = end < 0 ? pattern[(at + 2)..] : pattern[(at + 2)..end];
                text.Append(Regex.Escape(quoted));
                return end < 0 ? pattern.Length - 1 : end + 1;
            case 'p' or 'P' when at + 2 < pattern.Length && pattern[at + 2] != '{':
                text.Append('\\').Append(next).Append('{').Append(pattern[at + 2]).Append('}');
                return at + 2;
            case 'x' when at + 2 < pattern.Length && pattern[at + 2] == '{':
                var close = pattern.IndexOf('}', at + 3);
                if (close < 0 || !int.TryParse(
                    pattern.AsSpan(at + 3, Math.Max(close - at - 3, 0)), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var rune) || rune > char.MaxValue)
                {
                    throw new ArgumentException("invalid escape sequence: \\x");
                }

                text.Append("\\u").Append(rune.ToString("X4", System.Globalization.CultureInfo.InvariantCulture));
                return close;
            case 'C' or 'Z' or 'G' or 'k' or 'c' or 'e' or (>= '1' and <= '9'):
                throw new ArgumentException($"invalid escape sequence: \\{next}");
            default:
                text.Append('\\').Append(next);
                return at + 1;
        }
    }

    private static int TranslateGroup(string pattern, int at, StringBuilder text)
    {
        if (at + 2 < pattern.Length && pattern[at + 2] == 'P')
        {
            text.Append("(?");
            return at + 2;
        }

        // Named groups, and flags that both know; the rest of what .NET writes like this is not RE2.
        for (var i = at + 2; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case 'i' or 'm' or 's' or '-':
                    continue;
                case 'U':
                    throw new ArgumentException("the flag U is not supported");
                case ':' or ')':
                case '<' when i == at + 2 && i + 1 < pattern.Length && pattern[i + 1] is not ('=' or '!'):
                    text.Append(pattern, at, i - at + 1);
                    return i;
                default:
                    throw new ArgumentException($"invalid or unsupported Perl syntax: {pattern[at..Math.Min(i + 1, pattern.Length)]}");
            }
        }

        throw new ArgumentException("missing closing )");
    }

    private static bool TryReadClass(string pattern, int at, out string members, out int end)
    {
        members = "";
        end = at;
        if (at + 1 >= pattern.Length || pattern[at + 1] != ':')
        {
            return false;
        }

        var close = pattern.IndexOf(":]", at + 2, StringComparison.Ordinal);
        if (close < 0)
        {
            return false;
        }

        foreach (var (name, characters) in Classes)
        {
            if (pattern.AsSpan(at + 2, close - at - 2).SequenceEqual(name))
            {
                members = characters;
                end = close + 1;
                return true;
            }
        }

        throw new ArgumentException($"invalid character class range: {pattern[at..(close + 2)]}");
    }
}
