using System.Buffers.Binary;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// The input of the request target: connections one after the other, each an int32 length and the bytes that its peer sends, which
/// are frames of an int32 length each if all is well.
/// </summary>
internal static class RequestInput
{
    /// <summary>The connections. What is cut off at the end counts as a shorter one.</summary>
    public static List<byte[]> Connections(ReadOnlySpan<byte> input) => Pieces(input);

    /// <summary>The frames of a connection, without their lengths.</summary>
    public static List<byte[]> Frames(ReadOnlySpan<byte> stream) => Pieces(stream);

    public static byte[] Join(IEnumerable<byte[]> pieces)
    {
        var output = new List<byte>();
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var piece in pieces)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, piece.Length);
            output.AddRange(length);
            output.AddRange(piece);
        }

        return [.. output];
    }

    private static List<byte[]> Pieces(ReadOnlySpan<byte> rest)
    {
        var pieces = new List<byte[]>();
        while (rest.Length > sizeof(int))
        {
            var length = Math.Clamp(BinaryPrimitives.ReadInt32BigEndian(rest), 0, rest.Length - sizeof(int));
            pieces.Add(rest.Slice(sizeof(int), length).ToArray());
            rest = rest[(sizeof(int) + length)..];
        }

        return pieces;
    }
}
