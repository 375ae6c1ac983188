using System.Globalization;
using System.Text;
using Samsa.ZooKeeper.Server.Requests;
using Samsa.ZooKeeper.Server.Watches;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>The four-letter words about watches and sessions. Called under the server's lock.</summary>
internal static class WatchWords
{
    internal static void Answer(string word, StringBuilder text, RequestPipeline pipeline)
    {
        switch (word)
        {
            case "wchs":
                text.Append(CultureInfo.InvariantCulture, $"{pipeline.Watches.WatcherCount} connections watching {pipeline.Watches.PathCount} paths\n");
                text.Append(CultureInfo.InvariantCulture, $"Total watches:{pipeline.Watches.Count}\n");
                break;
            case "wchc":
                foreach (var (watcher, paths) in pipeline.Watches.ByWatcher)
                {
                    text.Append(Session(watcher)).Append('\n');
                    foreach (var path in paths)
                    {
                        text.Append('\t').Append(path).Append('\n');
                    }
                }

                break;
            case "wchp":
                foreach (var (path, watchers) in pipeline.Watches.ByPath)
                {
                    text.Append(path).Append('\n');
                    foreach (var watcher in watchers)
                    {
                        text.Append('\t').Append(Session(watcher)).Append('\n');
                    }
                }

                break;
            case "dump":
                Dump(text, pipeline);
                break;
        }
    }

    private static void Dump(StringBuilder text, RequestPipeline pipeline)
    {
        text.Append("SessionTracker dump:\n");
        text.Append(CultureInfo.InvariantCulture, $"Session Sets ({pipeline.Sessions.Buckets.Count})/({pipeline.Sessions.Count}):\n");
        foreach (var (end, sessions) in pipeline.Sessions.Buckets)
        {
            text.Append(CultureInfo.InvariantCulture, $"{sessions.Count} expire at {FourLetterWords.ExpiryOf(pipeline, end):ddd MMM dd HH:mm:ss 'UTC' yyyy}:\n");
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
