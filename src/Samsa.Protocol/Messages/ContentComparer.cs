using System.Runtime.InteropServices;

namespace Samsa.Protocol.Messages;

/// <summary>Comparisons by content that the generated code shares.</summary>
internal static class ContentComparer
{
    public static bool Same<T>(T? left, T? right) where T : class, IContentEquatable<T> =>
        left is null ? right is null : left.ContentEquals(right);

    public static bool SameList<T>(List<T>? left, List<T>? right) where T : class, IContentEquatable<T>
    {
        if (left is null || right is null || left.Count != right.Count)
        {
            return left is null && right is null;
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (!Same(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    public static bool SameValues<T>(List<T>? left, List<T>? right) where T : IEquatable<T> =>
        left is null || right is null
            ? left is null && right is null
            : ((ReadOnlySpan<T>)CollectionsMarshal.AsSpan(left)).SequenceEqual(CollectionsMarshal.AsSpan(right));

    public static bool SameBytes(ReadOnlyMemory<byte>? left, ReadOnlyMemory<byte>? right) =>
        left.HasValue == right.HasValue && left.GetValueOrDefault().Span.SequenceEqual(right.GetValueOrDefault().Span);
}
