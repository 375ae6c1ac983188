using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Files;
using Samsa.ZooKeeper.Server.Tree;

namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>
/// The two directories of a server: <c>dataDir</c> with the snapshots, <c>dataLogDir</c> with the logs (often the same). Reads
/// them at start and purges them. Holds no file open. One thread at a time.
/// </summary>
internal sealed class DataDirectory(IDataFileSystem files, string dataDirectory, string logDirectory, LogOptions options)
{
    internal string Snapshots { get; } = Path.Combine(dataDirectory, options.Folder);

    internal string Logs { get; } = Path.Combine(logDirectory, options.Folder);

    /// <summary>
    /// The newest snapshot that is whole, and all that the logs say after it. A torn end of the last log is cut off: it was never
    /// acknowledged. Everything else that is not whole is an error.
    /// </summary>
    /// <exception cref="CorruptDataException">Going on would lose what was acknowledged.</exception>
    internal RecoveredData Recover(bool extendedTypes)
    {
        files.CreateDirectory(Snapshots);
        files.CreateDirectory(Logs);
        RemoveUnfinished();
        var (tree, sessions, snapshot) = ReadSnapshot(extendedTypes);
        var logs = DataFiles.Of(DataFiles.Log, files.List(Logs));
        if (snapshot < 0 && logs.Count > 0 && !options.TrustEmptySnapshot)
        {
            throw new CorruptDataException(
                $"{Snapshots} has no snapshot, but {Logs} has logs. snapshot.trust.empty=true starts from the logs alone.");
        }

        // The log with the transaction after the snapshot is the last one that does not begin later.
        var first = Math.Max(0, logs.FindLastIndex(log => log.Zxid <= tree.LastProcessedZxid + 1));
        long replayed = 0, torn = 0;
        for (var i = first; i < logs.Count; i++)
        {
            var (count, cut) = Replay(logs, i, tree, sessions, mayBeginLater: snapshot < 0 && replayed == 0);
            replayed += count;
            torn += cut;
        }

        RemoveOrphans(tree, sessions);
        tree.Quotas.Rebuild();
        return new RecoveredData(tree, sessions, snapshot, replayed, torn);
    }

    /// <summary>Deletes old snapshots, and the logs that none of the others needs. Returns how many files went.</summary>
    internal int Purge()
    {
        var snapshots = DataFiles.Of(DataFiles.Snapshot, files.List(Snapshots));
        if (snapshots.Count <= options.SnapRetainCount)
        {
            return 0;
        }

        // A server of Apache's that dies leaves half a snapshot under its name: nothing can be recovered from that.
        var whole = snapshots.FindAll(snapshot => SnapshotReader.HasEnd(files, Path.Combine(Snapshots, snapshot.Name)));
        if (whole.Count <= options.SnapRetainCount)
        {
            return 0;
        }

        var oldest = whole[^options.SnapRetainCount].Zxid;
        var deleted = 0;
        foreach (var (zxid, name) in snapshots)
        {
            if (zxid < oldest)
            {
                files.Delete(Path.Combine(Snapshots, name));
                deleted++;
            }
        }

        // The last log that begins before the snapshot may go on after it.
        var logs = DataFiles.Of(DataFiles.Log, files.List(Logs));
        var needed = logs.FindLastIndex(log => log.Zxid <= oldest + 1);
        for (var i = 0; i < needed; i++)
        {
            files.Delete(Path.Combine(Logs, logs[i].Name));
            deleted++;
        }

        return deleted;
    }

    private void RemoveUnfinished()
    {
        foreach (var name in files.List(Snapshots))
        {
            if (name.StartsWith(DataFiles.UnfinishedPrefix, StringComparison.Ordinal))
            {
                files.Delete(Path.Combine(Snapshots, name));
            }
        }
    }

    private (DataTree Tree, Dictionary<long, int> Sessions, long Zxid) ReadSnapshot(bool extendedTypes)
    {
        var snapshots = DataFiles.Of(DataFiles.Snapshot, files.List(Snapshots));
        ProtocolViolationException? failure = null;
        for (var i = snapshots.Count - 1; i >= 0; i--)
        {
            var (zxid, name) = snapshots[i];
            var path = Path.Combine(Snapshots, name);
            if (name.Split('.').Length > 2)
            {
                throw new CorruptDataException($"{path} is compressed, which is not supported. Take a snapshot without snapshot.compression.method.");
            }

            try
            {
                var tree = new DataTree(extendedTypes);
                var sessions = new Dictionary<long, int>();
                SnapshotReader.Read(files, path, tree, sessions);
                tree.LastProcessedZxid = zxid;
                return (tree, sessions, zxid);
            }
            catch (ProtocolViolationException notWhole)
            {
                // An older one with more of the log says the same; Apache ZooKeeper leaves such files behind when it dies.
                failure = notWhole;
            }
        }

        return failure is null
            ? (new DataTree(extendedTypes), [], -1)
            : throw new CorruptDataException($"None of the snapshots in {Snapshots} can be read: {failure.Message}", failure);
    }

    /// <summary>Applies what one log has and the tree has not.</summary>
    /// <param name="logs">All logs.</param>
    /// <param name="index">Which of them.</param>
    /// <param name="tree">The tree so far.</param>
    /// <param name="sessions">The sessions so far.</param>
    /// <param name="mayBeginLater">Nobody knows which transaction should come first: there is no snapshot, and that is trusted.</param>
    private (long Count, long Torn) Replay(
        List<NumberedFile> logs, int index, DataTree tree, Dictionary<long, int> sessions, bool mayBeginLater)
    {
        var path = Path.Combine(Logs, logs[index].Name);
        var isLast = index == logs.Count - 1;
        using var log = new TransactionLogFile(files, path);
        if (!log.ReadHeader())
        {
            if (!isLast)
            {
                throw new CorruptDataException($"{path} has no header, and other logs follow it.");
            }

            Remove(log);
            return (0, 0);
        }

        long count = 0, last = 0;
        while (log.Next() is var (header, txn))
        {
            last = header.Zxid;
            if (header.Zxid > tree.LastProcessedZxid)
            {
                if (!Continues(tree.LastProcessedZxid, header.Zxid) && !(mayBeginLater && count == 0))
                {
                    throw new CorruptDataException(
                        $"{path} goes on with transaction 0x{header.Zxid:x} after 0x{tree.LastProcessedZxid:x}: what was between is not there.");
                }

                Apply(path, header, txn, tree, sessions);
                count++;
            }
        }

        if (isLast && last == 0)
        {
            // Begun for a transaction that never became durable: the next one gets its number, and with it the file's name.
            Remove(log);
            return (0, 0);
        }

        if (!log.IsTorn)
        {
            return (count, 0);
        }

        if (!isLast && !Continues(last, logs[index + 1].Zxid))
        {
            throw new CorruptDataException($"{path} cannot be read after byte {log.End}, and the next log does not go on from there.");
        }

        var torn = log.Length - log.End;
        if (isLast)
        {
            log.CutTail();
        }

        return (count, torn);
    }

    /// <summary>
    /// Nobody would ever delete the ephemeral nodes of a session that is not there. Our own files have none but after a power cut with
    /// forceSync=no; Apache ZooKeeper looks for them too.
    /// </summary>
    private static void RemoveOrphans(DataTree tree, Dictionary<long, int> sessions)
    {
        foreach (var (owner, paths) in tree.Ephemerals.ToArray())
        {
            if (!sessions.ContainsKey(owner) && !EphemeralOwners.IsMark(owner))
            {
                foreach (var path in paths.ToArray())
                {
                    tree.Delete(path, tree.LastProcessedZxid);
                }
            }
        }
    }

    private void Remove(TransactionLogFile log)
    {
        log.Dispose();
        files.Delete(log.Path);
        files.FlushDirectory(Logs);
    }

    /// <summary>True when no transaction is missing between two: the numbers go on, or a new epoch begins.</summary>
    private static bool Continues(long last, long next) => next == last + 1 || next >> 32 > last >> 32;

    private static void Apply(string path, TxnHeader header, IRecord? txn, DataTree tree, Dictionary<long, int> sessions)
    {
        if (txn is CreateSessionTxn create)
        {
            sessions[header.ClientId] = create.TimeOut;
        }
        else if ((OpCode)header.Type == OpCode.CloseSession)
        {
            sessions.Remove(header.ClientId);
        }

        try
        {
            tree.Apply(header, txn);
        }
        catch (ProtocolViolationException unreadable)
        {
            throw new CorruptDataException($"{path} has a multi 0x{header.Zxid:x} with a part that cannot be read: {unreadable.Message}", unreadable);
        }
    }
}
