using Samsa.Protocol.Wire;

namespace Samsa.ZooKeeper.Records;

/// <summary>A record of ZooKeeper's wire format and files (jute), generated from <c>schemas/zookeeper</c>.</summary>
public interface IRecord
{
    /// <summary>Reads all fields. Byte fields are slices of the memory that is read.</summary>
    /// <exception cref="ProtocolViolationException">The bytes do not hold the record.</exception>
    void Read(ref WireReader reader);

    /// <summary>Writes all fields.</summary>
    void Write(WireWriter writer);
}
