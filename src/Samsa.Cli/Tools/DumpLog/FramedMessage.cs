using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.Cli.Tools.DumpLog;

/// <summary>A message behind three varints: the version of the frame (1), the type of the record and its version (KIP-631).</summary>
internal static class FramedMessage
{
    private const uint FrameVersion = 1;

    /// <exception cref="ProtocolViolationException">The bytes are no frame, or do not hold the message.</exception>
    /// <exception cref="UnsupportedVersionException">The type or its version is not known.</exception>
    public static IStoredMessage Read(MessageKind kind, OptionalBytes bytes, out MessageDescriptor descriptor, out short version)
    {
        var reader = new WireReader(bytes.ToArray() ?? []);
        uint frame = ReadVarint(ref reader, "frame version");
        if (frame != FrameVersion)
            throw new ProtocolViolationException(
                $"Could not deserialize metadata record due to unknown frame version {frame}(only frame version 1 is supported)");
        uint type = ReadVarint(ref reader, "type");
        version = (short)ReadVarint(ref reader, "version");
        descriptor = (type <= (uint)short.MaxValue ? MessageRegistry.Find(kind, (short)type) : null)
            ?? throw new UnsupportedVersionException($"Unknown metadata id {type}");
        var message = (IStoredMessage)descriptor.Create();
        message.Read(ref reader, version);
        return reader.Remaining == 0
            ? message
            : throw new ProtocolViolationException($"Found {reader.Remaining} byte(s) of garbage after {descriptor.Name}");
    }

    private static uint ReadVarint(ref WireReader reader, string what) =>
        reader.Remaining > 0 ? reader.ReadUnsignedVarint() : throw new ProtocolViolationException($"Error while reading {what}");
}
