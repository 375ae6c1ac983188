using Samsa.Protocol.Wire;

namespace Samsa.Protocol.Messages;

/// <summary>A generated message: one class for all versions of it.</summary>
public interface IMessage
{
    /// <summary>
    /// Reads the message in the given version. The instance must be fresh: fields that the version lacks are left alone.
    /// Byte fields are slices of the memory that is read.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The bytes do not hold the message.</exception>
    /// <exception cref="UnsupportedVersionException">The message has no such version.</exception>
    void Read(ref WireReader reader, short version);

    /// <summary>Writes the message in the given version. Fields that the version lacks must hold their default, unless they may be ignored.</summary>
    /// <exception cref="UnsupportedVersionException">The message has no such version, or a field that it lacks holds a value.</exception>
    void Write(WireWriter writer, short version);

    /// <summary>Compares all fields, in depth.</summary>
    bool ContentEquals(IMessage? other);
}
