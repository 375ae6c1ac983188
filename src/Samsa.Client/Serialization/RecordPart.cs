namespace Samsa.Client.Serialization;

/// <summary>The half of a record that bytes belong to.</summary>
public enum RecordPart
{
    /// <summary>The key.</summary>
    Key,

    /// <summary>The value.</summary>
    Value,
}
