using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Samsa.ZooKeeper.Server.Network;
using Samsa.ZooKeeper.Server.Watches;

namespace Samsa.ZooKeeper.Server.Administration;

/// <summary>
/// The commands of the admin port, by Apache ZooKeeper's names and short names. Each answers with an object that ends with the
/// command's name and an error, null for none. Any thread; state is read under the server's lock.
/// </summary>
internal sealed class AdminCommands
{
    private const string Json = "application/json";

    private readonly CoordinationServer _server;
    private readonly ConnectionRegistry _registry;
    private readonly ServerInformation _information;
    private readonly MonitorValues _monitor;
    private readonly string _url;
    private readonly (string Name, string[] Aliases, Action<Utf8JsonWriter> Write)[] _commands;

    internal AdminCommands(CoordinationServer server, ConnectionRegistry registry, ServerInformation information, MonitorValues monitor, string url)
    {
        (_server, _registry, _information, _monitor, _url) = (server, registry, information, monitor, url.TrimEnd('/'));
        _commands =
        [
            ("configuration", ["conf", "config"], Configuration),
            ("connection_stat_reset", ["crst"], _ => ResetConnections()),
            ("connections", ["cons"], Connections),
            ("dirs", [], Directories),
            ("dump", [], Dump),
            ("environment", ["env", "envi"], Environment),
            ("is_read_only", ["isro"], static json => json.WriteBoolean("read_only", false)),
            ("monitor", ["mntr"], Monitor),
            ("ruok", [], static _ => { }),
            ("server_stats", ["srvr"], Statistics),
            ("stat_reset", ["srst"], _ => _registry.Statistics.Reset()),
            ("stats", ["stat"], StatisticsAndConnections),
            ("watch_summary", ["wchs"], WatchSummary),
            ("watches", ["wchc"], WatchesByConnection),
            ("watches_by_path", ["wchp"], WatchesByPath),
        ];
    }

    /// <summary>The answer to a path; null where there is none.</summary>
    internal AdminAnswer? Answer(string path)
    {
        if (path.TrimEnd('/') == _url)
        {
            var links = string.Concat(_commands.Select(command => $"<a href=\"{_url}/{command.Name}\">{command.Name}</a>\n<br/>\n"));
            return new AdminAnswer(200, "text/html; charset=utf-8", links);
        }

        if (!path.StartsWith(_url + "/", StringComparison.Ordinal))
        {
            return null;
        }

        var name = path[(_url.Length + 1)..];
        var found = Array.Find(_commands, command => command.Name == name || command.Aliases.Contains(name));
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            found.Write?.Invoke(json);
            json.WriteString("command", found.Name ?? name);
            if (found.Name is null)
            {
                json.WriteString("error", "Unknown command: " + name);
            }
            else
            {
                json.WriteNull("error");
            }

            json.WriteEndObject();
        }

        return new AdminAnswer(found.Name is null ? 404 : 200, Json, Encoding.UTF8.GetString(buffer.ToArray()) + "\n");
    }

    private static string Hex(long value) => "0x" + value.ToString("x", System.Globalization.CultureInfo.InvariantCulture);

    private static string SessionOf(IWatcher watcher) => Hex((watcher as ClientConnection)?.SessionId ?? 0);

    private void ResetConnections()
    {
        foreach (var connection in _registry.All)
        {
            connection.ResetCounters();
        }
    }

    private void Configuration(Utf8JsonWriter json)
    {
        json.WriteNumber("client_port", _information.ClientPort());
        json.WriteString("data_dir", _information.DataDirectory);
        json.WriteString("data_log_dir", _information.LogDirectory);
        json.WriteNumber("tick_time", _server.Options.TickTime);
        json.WriteNumber("max_client_cnxns", _registry.Options.MaxClientConnections);
        json.WriteNumber("min_session_timeout", _server.Options.MinSessionTimeout);
        json.WriteNumber("max_session_timeout", _server.Options.MaxSessionTimeout);
        json.WriteNumber("server_id", _server.Options.ServerId);
        json.WriteNumber("client_port_listen_backlog", -1);
    }

    private void Connections(Utf8JsonWriter json)
    {
        json.WriteStartArray("connections");
        foreach (var connection in _registry.All)
        {
            json.WriteStartObject();
            json.WriteString("remote_socket_address", connection.Client.ToString());
            json.WriteNumber("outstanding_requests", connection.Outstanding);
            json.WriteNumber("packets_received", connection.Received);
            json.WriteNumber("packets_sent", connection.Sent);
            json.WriteString("session_id", Hex(connection.SessionId));
            json.WriteString("last_operation", OperationNames.Of(connection.LastOperation));
            json.WriteNumber("established", connection.EstablishedAt.ToUnixTimeMilliseconds());
            json.WriteNumber("session_timeout", connection.Timeout);
            json.WriteString("last_cxid", Hex(connection.LastXid));
            json.WriteString("last_zxid", Hex(connection.LastZxid));
            json.WriteNumber("last_response_time", connection.LastAnswerAt.ToUnixTimeMilliseconds());
            json.WriteNumber("last_latency", connection.Latency.Last);
            json.WriteNumber("min_latency", connection.Latency.Least);
            json.WriteNumber("avg_latency", connection.Latency.Average);
            json.WriteNumber("max_latency", connection.Latency.Most);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Directories(Utf8JsonWriter json)
    {
        json.WriteNumber("datadir_size", FourLetterWords.SizeOf(_information.DataDirectory));
        json.WriteNumber("logdir_size", FourLetterWords.SizeOf(_information.LogDirectory));
    }

    private void Dump(Utf8JsonWriter json) => _server.Enter(pipeline =>
    {
        json.WriteStartObject("expiry_time_to_session_ids");
        foreach (var (end, sessions) in pipeline.Sessions.Buckets)
        {
            json.WriteStartArray(FourLetterWords.ExpiryOf(pipeline, end).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
            foreach (var session in sessions)
            {
                json.WriteStringValue(Hex(session.Id));
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteStartObject("session_id_to_ephemeral_paths");
        foreach (var (session, paths) in pipeline.Tree.Ephemerals)
        {
            json.WriteStartArray(Hex(session));
            foreach (var path in paths)
            {
                json.WriteStringValue(path);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    });

    private void Environment(Utf8JsonWriter json)
    {
        foreach (var (name, value) in FourLetterWords.EnvironmentOf(_information))
        {
            json.WriteString(name, value);
        }
    }

    private void Monitor(Utf8JsonWriter json)
    {
        foreach (var (name, value, _) in _monitor.ReadPlain())
        {
            json.WritePropertyName(name);
            if (value is string text)
            {
                json.WriteStringValue(text);
            }
            else
            {
                json.WriteRawValue(MonitorValues.Text(value));
            }
        }
    }

    private void Statistics(Utf8JsonWriter json)
    {
        var statistics = _registry.Statistics;
        json.WriteString("version", _information.Version);
        json.WriteBoolean("read_only", false);
        json.WriteStartObject("server_stats");
        json.WriteNumber("packets_sent", statistics.Sent);
        json.WriteNumber("packets_received", statistics.Received);
        json.WriteNumber("max_latency", statistics.MaxLatency);
        json.WriteNumber("min_latency", statistics.MinLatency);
        json.WriteNumber("avg_latency", statistics.AverageLatency);
        json.WriteNumber("num_alive_client_connections", _registry.Count);
        _server.Enter(pipeline =>
        {
            json.WriteNumber("outstanding_requests", pipeline.UnderWayCount);
            json.WriteString("server_state", "standalone");
            json.WriteNumber("last_processed_zxid", pipeline.Tree.LastProcessedZxid);
        });
        json.WriteEndObject();
        _server.Enter(pipeline => json.WriteNumber("node_count", pipeline.Tree.ToldNodeCount));
    }

    private void StatisticsAndConnections(Utf8JsonWriter json)
    {
        Statistics(json);
        Connections(json);
    }

    private void WatchSummary(Utf8JsonWriter json) => _server.Enter(pipeline =>
    {
        var (connections, paths, watches) = pipeline.Watches.DataSummary;
        json.WriteNumber("num_connections", connections);
        json.WriteNumber("num_paths", paths);
        json.WriteNumber("num_total_watches", watches);
    });

    private void WatchesByConnection(Utf8JsonWriter json) => _server.Enter(pipeline =>
    {
        json.WriteStartObject("session_id_to_watched_paths");
        foreach (var (watcher, paths) in pipeline.Watches.DataByWatcher)
        {
            WriteList(json, SessionOf(watcher), paths);
        }

        json.WriteEndObject();
    });

    private void WatchesByPath(Utf8JsonWriter json) => _server.Enter(pipeline =>
    {
        json.WriteStartObject("path_to_session_ids");
        foreach (var (path, watchers) in pipeline.Watches.DataByPath)
        {
            WriteList(json, path, watchers.Select(SessionOf));
        }

        json.WriteEndObject();
    });

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
