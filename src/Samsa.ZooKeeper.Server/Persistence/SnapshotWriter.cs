using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Files;
using Samsa.ZooKeeper.Server.Sessions;
using Samsa.ZooKeeper.Server.Tree;
using Samsa.ZooKeeper.Wire;

namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>
/// Writes one snapshot while the tree goes on changing: <see cref="Begin"/> and <see cref="CopyNodes"/> want the server's lock and
/// do no IO, <see cref="WriteOut"/> and <see cref="Finish"/> are IO without the lock. What changes meanwhile may be in the
/// snapshot or not; the log from the snapshot's number on tells it again, and applying it twice does no harm.
/// A parent is always written before its children. Until <see cref="Finish"/> returns, nobody takes the file for a snapshot.
/// </summary>
internal sealed class SnapshotWriter(IDataFileSystem files, string directory) : IDisposable
{
    /// <summary>"ZKSN".</summary>
    internal const int Magic = 0x5A4B534E;

    // Copied under the lock at once: many small nodes, or few large ones.
    private const int MostBytes = 1024 * 1024;

    private readonly WireWriter _writer = new(128 * 1024);
    private readonly Stack<string> _open = new();
    private IDataFile? _file;
    private Adler32 _checksum;
    private long _position;
    private DataTree? _tree;

    /// <summary>The newest transaction that is certainly in the snapshot.</summary>
    internal long Zxid { get; private set; }

    private string UnfinishedPath => Path.Combine(directory, DataFiles.UnfinishedPrefix + DataFiles.NameOf(DataFiles.Snapshot, Zxid));

    /// <summary>Notes sessions and ACLs as they are.</summary>
    internal void Begin(DataTree tree, IReadOnlyCollection<Session> sessions)
    {
        _tree = tree;
        Zxid = tree.LastProcessedZxid;
        new FileHeader { Magic = Magic, Version = TransactionLog.FormatVersion, DbId = -1 }.Write(_writer);
        _writer.WriteInt32(sessions.Count);
        foreach (var session in sessions)
        {
            _writer.WriteInt64(session.Id);
            _writer.WriteInt32(session.Timeout);
        }

        var acls = tree.Acls.All();
        _writer.WriteInt32(acls.Count);
        foreach (var (number, acl) in acls)
        {
            _writer.WriteInt64(number);
            Jute.WriteVector(_writer, acl);
        }

        _open.Push(NodePath.Root);
    }

    /// <summary>Copies up to <paramref name="count"/> nodes, fewer when they are large; false when all are done.</summary>
    internal bool CopyNodes(int count)
    {
        while (count > 0 && _writer.Position < MostBytes && _open.TryPop(out var path))
        {
            // Deleted meanwhile: the log says so as well.
            if (_tree!.Find(path) is not { } node)
            {
                continue;
            }

            count--;
            Jute.WriteString(_writer, path == NodePath.Root ? "" : path);
            _writer.WriteBytes(node.Data is { } data ? data : default(ReadOnlyMemory<byte>?), flexible: false);
            _writer.WriteInt64(node.Acl);
            node.Stat.ToPersisted().Write(_writer);
            foreach (var child in node.ChildPaths ?? [])
            {
                _open.Push(child);
            }
        }

        return _open.Count > 0;
    }

    /// <summary>Writes what was copied.</summary>
    internal void WriteOut()
    {
        if (_file is null)
        {
            if (files.Exists(UnfinishedPath))
            {
                files.Delete(UnfinishedPath);
            }

            _file = files.Create(UnfinishedPath);
        }

        var bytes = _writer.WrittenMemory.Span;
        _file.Write(bytes, _position);
        _checksum.Add(bytes);
        _position += bytes.Length;
        _writer.Reset();
    }

    /// <summary>Seals the file, and gives it its name once all of it is durable.</summary>
    internal void Finish()
    {
        Jute.WriteString(_writer, "/");
        WriteOut();
        _writer.WriteInt64(_checksum.Value);
        Jute.WriteString(_writer, "/");
        WriteOut();
        _file!.Flush();
        _file.Dispose();
        _file = null;
        files.Move(UnfinishedPath, Path.Combine(directory, DataFiles.NameOf(DataFiles.Snapshot, Zxid)));
        files.FlushDirectory(directory);
    }

    public void Dispose()
    {
        _file?.Dispose();
        _writer.Dispose();
    }
}
