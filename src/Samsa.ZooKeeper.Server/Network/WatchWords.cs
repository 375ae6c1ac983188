using System.Globalization;
using System.Text;
using Samsa.ZooKeeper.Server.Requests;
using Samsa.ZooKeeper.Server.Watches;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>The four-letter words about watches and sessions.</summary>
internal static class WatchWords
{
    // As java.util.Date prints itself in UTC.
    private const string JavaDate = "ddd MMM dd HH:mm:ss 'UTC' yyyy";

    // Apache ZooKeeper's zookeeper.nio.sessionlessCnxnTimeout: the patience with a connection without a session, and the length of a set.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Called under the server's lock.</summary>
    internal static void Answer(string word, StringBuilder text, RequestPipeline pipeline)
    {
        switch (word)
        {
            case "wchs":
                var (connections, watched, watches) = pipeline.Watches.DataSummary;
                text.Append(CultureInfo.InvariantCulture, $"{connections} connections watching {watched} paths\nTotal watches:{watches}\n");
                break;
            case "wchc":
                foreach (var (watcher, paths) in pipeline.Watches.DataByWatcher)
                {
                    text.Append(Session(watcher)).Append('\n');
                    foreach (var path in paths)
                    {
                        text.Append('\t').Append(path).Append('\n');
                    }
                }

                text.Append('\n');
                break;
            case "wchp":
                foreach (var (path, watchers) in pipeline.Watches.DataByPath)
                {
                    text.Append(path).Append('\n');
                    foreach (var watcher in watchers)
                    {
                        text.Append('\t').Append(Session(watcher)).Append('\n');
                    }
                }

                text.Append('\n');
                break;
            case "dump":
                Dump(text, pipeline);
                break;
        }
    }

    /// <summary>The end of <c>dump</c>: by when each connection must have said something. Any thread.</summary>
    internal static void DumpConnections(StringBuilder text, IEnumerable<ClientConnection> connections)
    {
        var sets = connections.GroupBy(EndOf).OrderBy(set => set.Key).ToList();
        text.Append(CultureInfo.InvariantCulture, $"Connections dump:\nConnections Sets ({sets.Count})/({sets.Sum(set => set.Count())}):\n");
        foreach (var set in sets)
        {
            text.Append(CultureInfo.InvariantCulture, $"{set.Count()} expire at {set.Key.ToString(JavaDate, CultureInfo.InvariantCulture)}:\n");
            foreach (var connection in set)
            {
                text.Append(CultureInfo.InvariantCulture, $"\tip: /{connection.Client} sessionId: 0x{connection.SessionId:x}\n");
            }
        }

        static DateTimeOffset EndOf(ClientConnection connection)
        {
            var end = connection.HeardAt + (connection.Timeout > 0 ? TimeSpan.FromMilliseconds(connection.Timeout) : Patience);
            return new DateTimeOffset(((end.Ticks / Patience.Ticks) + 1) * Patience.Ticks, TimeSpan.Zero);
        }
    }

    private static void Dump(StringBuilder text, RequestPipeline pipeline)
    {
        text.Append("SessionTracker dump:\n");
        text.Append(CultureInfo.InvariantCulture, $"Session Sets ({pipeline.Sessions.Buckets.Count})/({pipeline.Sessions.Count}):\n");
        foreach (var (end, sessions) in pipeline.Sessions.Buckets)
        {
            text.Append(CultureInfo.InvariantCulture, $"{sessions.Count} expire at {FourLetterWords.ExpiryOf(pipeline, end).ToString(JavaDate, CultureInfo.InvariantCulture)}:\n");
            foreach (var session in sessions)
            {
                text.Append(CultureInfo.InvariantCulture, $"\t0x{session.Id:x}\n");
            }
        }

        text.Append("ephemeral nodes dump:\n");
        text.Append(CultureInfo.InvariantCulture, $"Sessions with Ephemerals ({pipeline.Tree.Ephemerals.Count}):\n");
        foreach (var (session, paths) in pipeline.Tree.Ephemerals)
        {
            text.Append(CultureInfo.InvariantCulture, $"0x{session:x}:\n");
            foreach (var path in paths)
            {
                text.Append('\t').Append(path).Append('\n');
            }
        }
    }

    private static string Session(IWatcher watcher) =>
        "0x" + ((watcher as ClientConnection)?.SessionId ?? 0).ToString("x", CultureInfo.InvariantCulture);
}
