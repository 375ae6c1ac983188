using Samsa.UnitTests.ZooKeeper.Requests;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Persistence;
using Samsa.ZooKeeper.Server.Requests;

namespace Samsa.UnitTests.ZooKeeper.Persistence;

/// <summary>A server on a <see cref="MemoryDisk"/> whose every step a test takes: log, commit, snapshot, purge.</summary>
internal sealed class TestServer : IDisposable
{
    public static readonly LogOptions Options = new() { PreAllocSize = 4096, SnapRetainCount = 3 };

    private readonly DataDirectory _directory;
    private readonly TransactionLog _log;

    public TestServer(MemoryDisk disk, LogOptions? options = null)
    {
        Disk = disk;
        options ??= Options;
        _directory = new DataDirectory(disk, "/data", "/data", options);
        Recovered = _directory.Recover(extendedTypes: true);
        Bench = new PipelineBench(new ServerOptions { ExtendedTypesEnabled = true }, Recovered.Tree, Recovered.Sessions);
        _log = new TransactionLog(disk, _directory.Logs, options);
        if (Recovered.SnapshotZxid < 0)
        {
            Snapshot();
        }
    }

    public MemoryDisk Disk { get; }

    public RecoveredData Recovered { get; }

    public PipelineBench Bench { get; }

    /// <summary>Logs all that was proposed, with one flush; nothing is answered yet.</summary>
    public List<Proposal> Log()
    {
        var batch = new List<Proposal>();
        Bench.Pipeline.TakeProposals(batch);
        foreach (var proposal in batch)
        {
            if (proposal.Header is { } header)
            {
                _log.Append(header, proposal.Txn);
            }
        }

        _log.Flush();
        return batch;
    }

    /// <summary>Logs, applies and answers all that was proposed.</summary>
    public void Commit()
    {
        foreach (var proposal in Log())
        {
            Bench.Pipeline.Commit(proposal);
        }
    }

    public void Roll() => _log.Roll();

    public SnapshotWriter BeginSnapshot()
    {
        var writer = new SnapshotWriter(Disk, _directory.Snapshots);
        writer.Begin(Bench.Pipeline.Tree, Bench.Pipeline.Sessions.All);
        return writer;
    }

    public void Snapshot()
    {
        using var writer = BeginSnapshot();
        while (writer.CopyNodes(16))
        {
            writer.WriteOut();
        }

        writer.Finish();
    }

    public void Dispose() => _log.Dispose();

    public int Purge() => _directory.Purge();

    /// <summary>All nodes as text: path, data, stat, ACL.</summary>
    public static List<string> Describe(Samsa.ZooKeeper.Server.Tree.DataTree tree)
    {
        var lines = new List<string>();
        foreach (var (path, node) in tree.Nodes.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            var stat = tree.StatOf(node);
            var acl = string.Join(' ', tree.AclOf(node).Select(entry => $"{entry.Perms}:{entry.Id.Scheme}:{entry.Id.Id}"));
            lines.Add(
                $"{path} [{(node.Data is { } data ? Convert.ToHexString(data) : "null")}] {Text(stat)} {acl} "
                + string.Join(',', node.ChildNames().Order(StringComparer.Ordinal)));
        }

        return lines;
    }

    private static string Text(Stat s) =>
        $"{s.Czxid} {s.Mzxid} {s.Pzxid} {s.Ctime} {s.Mtime} v{s.Version} c{s.Cversion} a{s.Aversion} o{s.EphemeralOwner:x} {s.NumChildren}";
}
