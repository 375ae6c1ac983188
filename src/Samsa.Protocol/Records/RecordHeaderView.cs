using System.Text;

namespace Samsa.Protocol.Records;

/// <summary>One header of a record, as views into the record's bytes.</summary>
public readonly ref struct RecordHeaderView
{
    internal RecordHeaderView(ReadOnlySpan<byte> key, OptionalBytes value)
    {
        Key = key;
        Value = value;
    }

    /// <summary>The key's UTF-8 bytes, never null.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>The value.</summary>
    public OptionalBytes Value { get; }

    /// <summary>The key as text (a new string).</summary>
    public string KeyText => Encoding.UTF8.GetString(Key);
}
