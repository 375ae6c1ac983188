using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Files;
using Samsa.ZooKeeper.Server.Tree;

namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>Reads a snapshot of ours or of Apache ZooKeeper (3.4 to 3.9; what newer ones add after the checksum is not needed).</summary>
internal static class SnapshotReader
{
    private const int PersistedStatSize = 60;

    // The string "/", with which everything that is sealed with a checksum ends.
    private static ReadOnlySpan<byte> End => [0, 0, 0, 1, (byte)'/'];

    /// <summary>Fills an empty tree, and the time-outs of sessions.</summary>
    /// <exception cref="ProtocolViolationException">The file is not whole.</exception>
    internal static void Read(IDataFileSystem files, string path, DataTree tree, Dictionary<long, int> sessions)
    {
        using var file = files.Open(path);
        var reader = new FileReader(file);
        if (reader.ReadRecord<FileHeader>(TransactionLog.HeaderSize).Magic != SnapshotWriter.Magic)
        {
            throw new ProtocolViolationException("The file does not begin as a snapshot.");
        }

        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var id = reader.ReadInt64();
            sessions[id] = reader.ReadInt32();
        }

        ReadAcls(reader, tree);
        tree.Clear();
        for (var nodePath = reader.ReadString(); nodePath != "/"; nodePath = reader.ReadString())
        {
            var node = new DataNode(reader.ReadBuffer(), reader.ReadInt64())
            {
                Stat = NodeStat.From(reader.ReadRecord<StatPersisted>(PersistedStatSize)),
            };
            if (!tree.Restore(nodePath.Length == 0 ? NodePath.Root : nodePath, node))
            {
                throw new ProtocolViolationException($"{nodePath} comes before its parent.");
            }
        }

        var checksum = reader.Checksum;
        if (reader.ReadInt64() != checksum)
        {
            throw new ProtocolViolationException("The checksum is not that of the content.");
        }

        tree.Acls.ForgetUnused();
        tree.AddSpecialNodes();
    }

    /// <summary>True when the file ends as a snapshot does. What is before the end is not looked at.</summary>
    internal static bool HasEnd(IDataFileSystem files, string path)
    {
        using var file = files.Open(path);
        Span<byte> end = stackalloc byte[sizeof(int) + 1];
        return file.Length > end.Length && file.Read(end, file.Length - end.Length) == end.Length && end.SequenceEqual(End);
    }

    private static void ReadAcls(FileReader reader, DataTree tree)
    {
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var number = reader.ReadInt64();
            var acl = new List<Acl>();
            for (var entries = reader.ReadInt32(); entries > 0; entries--)
            {
                acl.Add(new Acl
                {
                    Perms = reader.ReadInt32(),
                    Id = new AclId { Scheme = reader.ReadString(), Id = reader.ReadString() },
                });
            }

            tree.Acls.Restore(number, acl);
        }
    }
}
