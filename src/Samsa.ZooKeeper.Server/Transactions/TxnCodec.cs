using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Wire;

namespace Samsa.ZooKeeper.Server.Transactions;

/// <summary>Reads and writes the bytes of a transaction, as the log has them: header, record of the header's type.</summary>
internal static class TxnCodec
{
    internal static void Write(WireWriter writer, TxnHeader header, IRecord? txn)
    {
        header.Write(writer);
        txn?.Write(writer);
    }

    /// <summary>Reads header and record. What follows (the digest that Apache ZooKeeper adds since 3.6) is left.</summary>
    /// <exception cref="ProtocolViolationException">The bytes hold no transaction.</exception>
    internal static (TxnHeader Header, IRecord? Txn) Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var header = Jute.Read<TxnHeader>(ref reader);
        var start = reader.Position;
        return (header, ReadRecord((OpCode)header.Type, bytes[start..]));
    }

    internal static IRecord? ReadPart(Txn part) => ReadRecord((OpCode)part.Type, part.Data ?? ReadOnlyMemory<byte>.Empty);

    internal static KeeperError ErrorOf(Txn part) =>
        (KeeperError)Jute.Read<ErrorTxn>(part.Data ?? ReadOnlyMemory<byte>.Empty).Err;

    private static IRecord? ReadRecord(OpCode type, ReadOnlyMemory<byte> bytes) => type switch
    {
        OpCode.Create or OpCode.Create2 => ReadCreate(bytes),
        OpCode.CreateContainer => Jute.Read<CreateContainerTxn>(bytes),
        OpCode.CreateTtl => Jute.Read<CreateTtlTxn>(bytes),
        OpCode.Delete or OpCode.DeleteContainer => Jute.Read<DeleteTxn>(bytes),
        OpCode.SetData or OpCode.Reconfig => Jute.Read<SetDataTxn>(bytes),
        OpCode.SetAcl => Jute.Read<SetAclTxn>(bytes),
        OpCode.Check => Jute.Read<CheckVersionTxn>(bytes),
        OpCode.CreateSession => Jute.Read<CreateSessionTxn>(bytes),
        OpCode.CloseSession => ReadClose(bytes),
        OpCode.Error => Jute.Read<ErrorTxn>(bytes),
        OpCode.Multi => Jute.Read<MultiTxn>(bytes),
        _ => throw new ProtocolViolationException($"There is no transaction of the type {(int)type}."),
    };

    /// <summary>Servers before 3.4 did not write the count of the parent's children; -1 means: one more than there is.</summary>
    private static CreateTxn ReadCreate(ReadOnlyMemory<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var old = Jute.Read<CreateTxnV0>(ref reader);
        return new CreateTxn
        {
            Path = old.Path,
            Data = old.Data,
            Acl = old.Acl,
            Ephemeral = old.Ephemeral,
            ParentCVersion = reader.Remaining >= sizeof(int) ? reader.ReadInt32() : -1,
        };
    }

    /// <summary>A close without paths was written by a server before 3.6; only a digest can follow its header.</summary>
    private static CloseSessionTxn? ReadClose(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length == 0)
        {
            return null;
        }

        try
        {
            return Jute.Read<CloseSessionTxn>(bytes);
        }
        catch (ProtocolViolationException)
        {
            // A digest is an int 2 and a long: two paths are announced where no bytes are left for them.
            return bytes.Length == sizeof(int) + sizeof(long) ? null : throw new ProtocolViolationException("A closed session's paths are cut short.");
        }
    }
}
