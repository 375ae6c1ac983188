using System.Globalization;
using System.Text;
using Samsa.ZooKeeper.Server.Administration;
using Samsa.ZooKeeper.Server.Requests;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>
/// The commands of four letters that an operator sends instead of a frame. What is not in <c>4lw.commands.whitelist</c> is refused.
/// The lines are Apache ZooKeeper's, as far as this server has what they tell. Any thread; state is read under the server's lock.
/// </summary>
internal sealed class FourLetterWords(CoordinationServer server, ConnectionRegistry registry, ServerInformation information)
{
    /// <summary>The one word that a number follows.</summary>
    internal const string SetTraceMask = "stmk";

    private static readonly string[] Known =
    [
        "conf", "cons", "crst", "dirs", "dump", "envi", "gtmk", "hash", "isro", "mntr", "ruok", "srst", "srvr", "stat", SetTraceMask,
        "wchc", "wchp", "wchs",
    ];

    /// <summary>The word that the first four bytes of a connection are; null for none, so that they are a length.</summary>
    internal static string? Find(int firstBytes)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes, firstBytes);
        foreach (var word in Known)
        {
            if (bytes[0] == word[0] && bytes[1] == word[1] && bytes[2] == word[2] && bytes[3] == word[3])
            {
                return word;
            }
        }

        return null;
    }

    internal static IEnumerable<(string Name, string Value)> EnvironmentOf(ServerInformation information) =>
    [
        ("zookeeper.version", information.Version),
        ("host.name", System.Environment.MachineName),
        ("dotnet.version", System.Environment.Version.ToString()),
        ("os.name", OperatingSystem.IsLinux() ? "Linux" : System.Environment.OSVersion.Platform.ToString()),
        ("os.arch", System.Runtime.InteropServices.RuntimeInformation.OSArchitecture.ToString()),
        ("os.version", System.Environment.OSVersion.Version.ToString()),
        ("user.name", System.Environment.UserName),
        ("user.home", System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile)),
        ("user.dir", System.Environment.CurrentDirectory),
    ];

    /// <summary>The moment at which a bucket of sessions ends.</summary>
    internal static DateTimeOffset ExpiryOf(RequestPipeline pipeline, long end) => pipeline.ToWallClock(end);

    internal async Task AnswerAsync(string word, long? number, Stream stream, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        if (registry.Options.Words.Contains("*") || registry.Options.Words.Contains(word))
        {
            Answer(word, number, text);
        }
        else
        {
            text.Append(word).Append(" is not executed because it is not in the whitelist.\n");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation).ConfigureAwait(false);
    }

    private static string Hex(long value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private void Answer(string word, long? number, StringBuilder text)
    {
        switch (word)
        {
            case "ruok":
                text.Append("imok");
                break;
            case "isro":
                text.Append("rw");
                break;
            case "srvr":
                Server(text);
                break;
            case "stat":
                Line(text, $"Zookeeper version: {information.Version}");
                text.Append("Clients:\n");
                Connections(text, full: false);
                text.Append('\n');
                Server(text, withVersion: false);
                break;
            case "cons":
                Connections(text, full: true);
                text.Append('\n');
                break;
            case "mntr":
                Monitor(text);
                break;
            case "conf":
                Configuration(text);
                break;
            case "dirs":
                Line(text, $"datadir_size: {SizeOf(information.DataDirectory)}");
                Line(text, $"logdir_size: {SizeOf(information.LogDirectory)}");
                break;
            case "envi":
                Environment(text);
                break;
            case "gtmk":
                text.Append(CultureInfo.InvariantCulture, $"{registry.Trace.Value}");
                break;
            case SetTraceMask:
                if (number is { } mask)
                {
                    registry.Trace.Value = mask;
                    text.Append(CultureInfo.InvariantCulture, $"{mask}");
                }

                break;
            case "hash":
                // The digests of the last transactions. There are none, as in Apache's with zookeeper.digest.enabled=false.
                break;
            case "srst":
                registry.Statistics.Reset();
                text.Append("Server stats reset.\n");
                break;
            case "crst":
                foreach (var connection in registry.All)
                {
                    connection.ResetCounters();
                }

                text.Append("Connection stats reset.\n");
                break;
            case "dump":
                server.Enter(pipeline => WatchWords.Answer(word, text, pipeline));
                WatchWords.DumpConnections(text, registry.All);
                break;
            default:
                server.Enter(pipeline => WatchWords.Answer(word, text, pipeline));
                break;
        }
    }

    private void Server(StringBuilder text, bool withVersion = true)
    {
        if (withVersion)
        {
            Line(text, $"Zookeeper version: {information.Version}");
        }

        var statistics = registry.Statistics;
        Line(text, $"Latency min/avg/max: {statistics.MinLatency}/{statistics.AverageLatency:0.####}/{statistics.MaxLatency}");
        Line(text, $"Received: {statistics.Received}");
        Line(text, $"Sent: {statistics.Sent}");
        Line(text, $"Connections: {registry.Count}");
        server.Enter(pipeline =>
        {
            Line(text, $"Outstanding: {pipeline.UnderWayCount}");
            Line(text, $"Zxid: {Hex(pipeline.Tree.LastProcessedZxid)}");
            text.Append("Mode: standalone\n");
            Line(text, $"Node count: {pipeline.Tree.ToldNodeCount}");
        });
    }

    private void Connections(StringBuilder text, bool full)
    {
        foreach (var connection in registry.All)
        {
            text.Append(CultureInfo.InvariantCulture, $" /{connection.Client}[{(connection.IsWord ? 0 : 1)}]");
            text.Append(CultureInfo.InvariantCulture, $"(queued={connection.Outstanding},recved={connection.Received},sent={connection.Sent}");
            if (full && connection.SessionId != 0)
            {
                text.Append(CultureInfo.InvariantCulture, $",sid={Hex(connection.SessionId)},lop={OperationNames.Of(connection.LastOperation)}");
                text.Append(CultureInfo.InvariantCulture, $",est={connection.EstablishedAt.ToUnixTimeMilliseconds()},to={connection.Timeout}");
                if (connection.LastXid >= 0)
                {
                    text.Append(",lcxid=").Append(Hex(connection.LastXid));
                }

                text.Append(",lzxid=").Append(Hex(connection.LastZxid));
                text.Append(CultureInfo.InvariantCulture, $",lresp={connection.LastAnswerAt.ToUnixTimeMilliseconds()},llat={connection.Latency.Last}");
                text.Append(CultureInfo.InvariantCulture, $",minlat={connection.Latency.Least},avglat={connection.Latency.Average},maxlat={connection.Latency.Most}");
            }

            text.Append(")\n");
        }
    }

    private void Monitor(StringBuilder text)
    {
        foreach (var (name, value, _) in registry.Monitor.ReadPlain())
        {
            text.Append("zk_").Append(name).Append('\t').Append(MonitorValues.Text(value)).Append('\n');
        }
    }

    private void Configuration(StringBuilder text)
    {
        Line(text, $"clientPort={information.ClientPort()}");
        Line(text, $"secureClientPort=-1");
        Line(text, $"dataDir={information.DataDirectory}");
        Line(text, $"dataDirSize={SizeOf(information.DataDirectory)}");
        Line(text, $"dataLogDir={information.LogDirectory}");
        Line(text, $"dataLogSize={SizeOf(information.LogDirectory)}");
        Line(text, $"tickTime={server.Options.TickTime}");
        Line(text, $"maxClientCnxns={registry.Options.MaxClientConnections}");
        Line(text, $"minSessionTimeout={server.Options.MinSessionTimeout}");
        Line(text, $"maxSessionTimeout={server.Options.MaxSessionTimeout}");
        Line(text, $"clientPortListenBacklog=-1");
        Line(text, $"serverId={server.Options.ServerId}");
    }

    private void Environment(StringBuilder text)
    {
        text.Append("Environment:\n");
        foreach (var (name, value) in EnvironmentOf(information))
        {
            text.Append(name).Append('=').Append(value).Append('\n');
        }
    }

    internal static long SizeOf(string directory)
    {
        long size = 0;
        foreach (var file in Directory.Exists(directory) ? new DirectoryInfo(directory).EnumerateFiles() : [])
        {
            size += file.Length;
        }

        return size;
    }
}
