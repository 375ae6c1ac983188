namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>What the files of the server obey. Names in the comments are ZooKeeper's keys.</summary>
internal sealed record LogOptions
{
    /// <summary><c>preAllocSize</c>, in bytes (the key is in KB): by how much a log file grows ahead. 0 for not at all.</summary>
    internal long PreAllocSize { get; init; } = 64 * 1024 * 1024;

    /// <summary><c>forceSync</c>: an answer waits until its transaction is on stable storage.</summary>
    internal bool ForceSync { get; init; } = true;

    /// <summary><c>snapCount</c>: after so many transactions at most (and half of it at least) the log rolls and a snapshot is taken.</summary>
    internal int SnapCount { get; init; } = 100_000;

    /// <summary><c>autopurge.snapRetainCount</c>: so many snapshots stay, with the logs that go with them.</summary>
    internal int SnapRetainCount { get; init; } = 3;

    /// <summary><c>snapshot.trust.empty</c>: logs without any snapshot are accepted, as servers before 3.5.3 left them.</summary>
    internal bool TrustEmptySnapshot { get; init; }

    /// <summary>The folder of the data directory that the files are in; empty for none.</summary>
    internal string Folder { get; init; } = DataFiles.Version;
}
