using System.Globalization;

namespace Samsa.Generators.Schema;

/// <summary>A contiguous range of versions; <c>none</c> is empty, <c>3+</c> has no upper end.</summary>
internal readonly struct VersionRange(int from, int to) : IEquatable<VersionRange>
{
    /// <summary>The upper end of an open range.</summary>
    public const int Open = short.MaxValue;

    public static readonly VersionRange None = new(0, -1);
    public static readonly VersionRange All = new(0, Open);

    public int From { get; } = from;

    public int To { get; } = to;

    public bool IsEmpty => To < From;

    public bool Contains(int version) => version >= From && version <= To;

    public bool Contains(VersionRange other) => other.IsEmpty || (From <= other.From && To >= other.To);

    public VersionRange Intersect(VersionRange other)
    {
        var result = new VersionRange(Math.Max(From, other.From), Math.Min(To, other.To));
        return result.IsEmpty ? None : result;
    }

    /// <summary>The smallest range that covers both.</summary>
    public VersionRange Hull(VersionRange other) =>
        IsEmpty ? other : other.IsEmpty ? this : new VersionRange(Math.Min(From, other.From), Math.Max(To, other.To));

    public static bool TryParse(string text, out VersionRange range)
    {
        range = None;
        if (text == "none")
        {
            return true;
        }

        int from;
        if (text.EndsWith("+", StringComparison.Ordinal))
        {
            if (!TryNumber(text.Substring(0, text.Length - 1), out from))
            {
                return false;
            }

            range = new VersionRange(from, Open);
            return true;
        }

        var dash = text.IndexOf('-');
        if (dash < 0)
        {
            if (!TryNumber(text, out from))
            {
                return false;
            }

            range = new VersionRange(from, from);
            return true;
        }

        if (!TryNumber(text.Substring(0, dash), out from) || !TryNumber(text.Substring(dash + 1), out var to) || to < from)
        {
            return false;
        }

        range = new VersionRange(from, to);
        return true;
    }

    public bool Equals(VersionRange other) => (IsEmpty && other.IsEmpty) || (From == other.From && To == other.To);

    public override bool Equals(object? obj) => obj is VersionRange other && Equals(other);

    public override int GetHashCode() => IsEmpty ? 0 : (From * 397) ^ To;

    public override string ToString() =>
        IsEmpty ? "none" : To == Open ? From + "+" : From == To ? From.ToString(CultureInfo.InvariantCulture) : From + "-" + To;

    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value < Open;
}
