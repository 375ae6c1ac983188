using System.Buffers.Text;

namespace Samsa.Protocol;

/// <summary>Kafka's textual form of a uuid: the 16 bytes in network order as 22 characters of unpadded base64url.</summary>
public static class KafkaUuid
{
    /// <summary>Formats a uuid as 22 characters.</summary>
    public static string Format(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Parses the 22-character form.</summary>
    /// <exception cref="FormatException">The text is not 16 bytes of base64url.</exception>
    public static Guid Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[18];
        if (text.Length > 24 || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != 16)
        {
            throw new FormatException($"'{text}' is not a uuid in Kafka's form (22 characters of base64url).");
        }

        return new Guid(bytes[..16], bigEndian: true);
    }
}
