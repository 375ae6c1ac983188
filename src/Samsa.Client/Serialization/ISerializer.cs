using System.Buffers;

namespace Samsa.Client.Serialization;

/// <summary>Turns keys or values into bytes. Used from any thread, by several at once.</summary>
/// <typeparam name="T">What is written.</typeparam>
public interface ISerializer<in T>
{
    /// <summary>Writes the bytes of <paramref name="value"/>, possibly none.</summary>
    /// <remarks>Never called for null: a null key or value becomes the null of the record (a tombstone) without asking.</remarks>
    /// <param name="value">What to write, not null.</param>
    /// <param name="destination">Takes the bytes. Not to be kept.</param>
    /// <param name="context">Where they belong.</param>
    void Serialize(T value, IBufferWriter<byte> destination, in SerializationContext context);
}
