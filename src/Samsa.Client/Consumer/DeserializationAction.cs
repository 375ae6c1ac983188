namespace Samsa.Client.Consumer;

/// <summary>What happens with a record that cannot be deserialized.</summary>
public enum DeserializationAction
{
    /// <summary>
    /// The consumer throws a <see cref="DeserializationException"/> with the record's position, and stays there until a seek.
    /// </summary>
    Throw,

    /// <summary>The record is left out.</summary>
    Skip,
}
