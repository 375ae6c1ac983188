using System.Text;

namespace Samsa.Protocol.Records;

/// <summary>One header to be written with a record of magic 2: a UTF-8 key and a value that may be null (KIP-82).</summary>
/// <param name="Key">The key's UTF-8 bytes.</param>
/// <param name="Value">The value, or null.</param>
public readonly record struct RecordHeader(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value)
{
    /// <summary>A header with a text key; a null array stays null.</summary>
    public RecordHeader(string key, byte[]? value)
        : this(Encoding.UTF8.GetBytes(key), value is null ? default(ReadOnlyMemory<byte>?) : new ReadOnlyMemory<byte>(value))
    {
    }
}
