using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Configuration;
using Xunit;

namespace Samsa.IntegrationTests.ZooKeeper;

/// <summary>The admin port of the ZooKeeper server, the numbers for Prometheus, and the words that tell of connections and sessions.</summary>
public sealed class AdminTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("samsa-admin-");
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly ZooKeeperServer _server;

    public AdminTests() => _server = ZooKeeperServer.Start(
        ZooKeeperConfig.Parse(new Dictionary<string, string>
        {
            ["dataDir"] = _directory.FullName,
            ["clientPort"] = "0",
            ["clientPortAddress"] = "127.0.0.1",
            ["preAllocSize"] = "64",
            ["maxSessionTimeout"] = "3600000",
            ["4lw.commands.whitelist"] = "*",
            ["admin.serverPort"] = "0",
            ["admin.serverAddress"] = "127.0.0.1",
            ["metricsProvider.className"] = "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider",
            ["metricsProvider.httpHost"] = "127.0.0.1",
            ["metricsProvider.httpPort"] = "0",
        }),
        TimeProvider.System,
        NullLogger.Instance);

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Commands_answer_with_objects_under_both_names()
    {
        await using var client = Client();
        await client.CreateAsync("/e", mode: CreateMode.Ephemeral);
        await using var watch = await client.WatchAsync("/e", AddWatchMode.Persistent);

        Assert.Equal("standalone", (await JsonAsync("srvr")).GetProperty("server_stats").GetProperty("server_state").GetString());
        var ruok = await JsonAsync("ruok");
        Assert.Equal("ruok", ruok.GetProperty("command").GetString());
        Assert.Equal(JsonValueKind.Null, ruok.GetProperty("error").ValueKind);
        var connection = Assert.Single((await JsonAsync("connections")).GetProperty("connections").EnumerateArray());
        string session = "0x" + client.SessionId.ToString("x", CultureInfo.InvariantCulture);
        Assert.Equal(session, connection.GetProperty("session_id").GetString());
        Assert.Equal("ADDW", connection.GetProperty("last_operation").GetString());
        Assert.Equal(1, (await JsonAsync("mntr")).GetProperty("ephemerals_count").GetInt32());
        Assert.Equal("/e", (await JsonAsync("dump")).GetProperty("session_id_to_ephemeral_paths").GetProperty(session)[0].GetString());
        Assert.Equal(session, (await JsonAsync("wchp")).GetProperty("path_to_session_ids").GetProperty("/e")[0].GetString());
        Assert.Equal(1, (await JsonAsync("wchs")).GetProperty("num_total_watches").GetInt32());
        Assert.Equal(_server.EndPoint.Port, (await JsonAsync("configuration")).GetProperty("client_port").GetInt32());
        Assert.False((await JsonAsync("isro")).GetProperty("read_only").GetBoolean());
        Assert.True((await JsonAsync("dirs")).GetProperty("logdir_size").GetInt64() > 0);
        string list = await _http.GetStringAsync(Admin("commands"), TestContext.Current.CancellationToken);
        Assert.Contains("<a href=\"/commands/watch_summary\">", list, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /commands/nosuch HTTP/1.1\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("GET /elsewhere HTTP/1.1\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("POST /commands/ruok HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("nonsense\r\n\r\n", "HTTP/1.1 400 ")]
    public async Task What_is_not_there_is_refused(string request, string answer)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_server.AdminEndPoint!, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);

        Assert.StartsWith(answer, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prometheus_finds_the_numbers_that_mntr_tells()
    {
        string metrics = await _http.GetStringAsync($"http://{_server.MetricsEndPoint}/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("# TYPE znode_count gauge\nznode_count 5\n", metrics, StringComparison.Ordinal);
        Assert.Contains("# TYPE packets_received counter\n", metrics, StringComparison.Ordinal);
        Assert.Contains("# TYPE fsynctime summary\nfsynctime_count 0\nfsynctime_sum 0\n", metrics, StringComparison.Ordinal);
        var names = metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#').Select(line => "zk_" + Plain(line.Split(' ')[0]));
        string words = await WordAsync("mntr");
        Assert.All(names, name => Assert.Contains(name + "\t", words, StringComparison.Ordinal));
        Assert.Contains("zk_server_state\tstandalone\n", words, StringComparison.Ordinal);

        // A summary has other names in mntr: NAME_sum is sum_NAME.
        static string Plain(string name) =>
            name.EndsWith("_sum", StringComparison.Ordinal) ? "sum_" + name[..^4]
            : name is "fsynctime_count" or "snapshottime_count" or "sync_processor_batch_size_count"
                ? "cnt_" + name[..^6] : name;
    }

    [Fact]
    public async Task Words_tell_of_connections_and_sessions_as_Apaches()
    {
        await using var client = Client();
        await client.ExistsAsync("/");

        Assert.Matches(
            @"/127\.0\.0\.1:\d+\[1\]\(queued=0,recved=2,sent=2,sid=0x[0-9a-f]+,lop=EXIS,est=\d+,to=3600000,lcxid=0x1,lzxid=0x1,lresp=\d+,llat=\d+,minlat=\d+,avglat=\d+,maxlat=\d+\)",
            await WordAsync("cons"));
        Assert.Matches(@"1 expire at [A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}:\n\t0x", await WordAsync("dump"));
        Assert.Matches($@"\n\tip: /127\.0\.0\.1:\d+ sessionId: 0x{client.SessionId:x}\n", await WordAsync("dump"));
        Assert.Equal("306", await WordAsync("gtmk"));
        Assert.Equal("10", await WordAsync("stmk\0\0\0\0\0\0\0\n"));
        Assert.Equal("10", await WordAsync("gtmk"));
        Assert.Equal("imok", await WordAsync("ruok"));
    }

    [Fact]
    public void Http_is_served_where_it_is_asked_for()
    {
        Assert.Null(Parse([]).Admin);
        Assert.Null(Parse([]).Metrics);
        Assert.Null(Parse(new() { ["admin.serverPort"] = "9000", ["admin.enableServer"] = "false" }).Admin);
        Assert.Equal(8080, Parse(new() { ["admin.enableServer"] = "true" }).Admin!.Port);
        Assert.Equal(9000, Parse(new() { ["zookeeper.admin.serverPort"] = "9000" }).Admin!.Port);
        Assert.Equal(7000, Parse(new() { ["metricsProvider.className"] = "PrometheusMetricsProvider" }).Metrics!.Port);
        Assert.Throws<ZooKeeperConfigException>(() => Parse(new() { ["metricsProvider.className"] = "org.example.Mine" }));

        static ZooKeeperConfig Parse(Dictionary<string, string> values) => ZooKeeperConfig.Parse(values.Append(new("dataDir", "/d")));
    }

    // So long a session that no ping comes between.
    private ZooKeeperClient Client() => ZooKeeperClient.Start(new ZooKeeperClientOptions
    {
        ConnectString = $"127.0.0.1:{_server.EndPoint.Port}",
        SessionTimeout = TimeSpan.FromHours(1),
    });

    private string Admin(string path) => $"http://{_server.AdminEndPoint}/{path}";

    private async Task<JsonElement> JsonAsync(string command)
    {
        string text = await _http.GetStringAsync(Admin("commands/" + command), TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private async Task<string> WordAsync(string word)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_server.EndPoint, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(word), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
