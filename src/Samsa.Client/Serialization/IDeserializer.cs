namespace Samsa.Client.Serialization;

/// <summary>Turns bytes into keys or values. Used from any thread, by several at once.</summary>
/// <typeparam name="T">What is read.</typeparam>
public interface IDeserializer<out T>
{
    /// <summary>Reads a value. Any exception means that these bytes are none; the consumer's settings say what happens then.</summary>
    /// <remarks>
    /// Never called for null: the null of a record (a missing key, a tombstone) is the default of <typeparamref name="T"/> without asking.
    /// For a value type, <see cref="Deserializers.Nullable"/> tells it from zero.
    /// </remarks>
    /// <param name="bytes">All bytes of the key or value. They are only lent, for the time of the call.</param>
    /// <param name="context">Where they belong.</param>
    T Deserialize(ReadOnlySpan<byte> bytes, in SerializationContext context);
}
