using System.Text.RegularExpressions;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Cli;

/// <summary>
/// The tools that measure and verify, against a broker of our own: output, stream and exit code as Apache Kafka 3.9.2 and 4.3.1 have them for
/// the same commands (recorded from them), with <c>N</c> for what is measured.
/// </summary>
public sealed partial class PerfToolSampleTests : IAsyncLifetime
{
    private const string Columns =
        "start.time, end.time, data.consumed.in.MB, MB.sec, data.consumed.in.nMsg, nMsg.sec, rebalance.time.ms, fetch.time.ms, fetch.MB.sec, fetch.nMsg.sec\n";

    private SamsaBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await SamsaBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Records_are_sent_and_counted()
    {
        const string Total = "20 records sent, N records/sec (N MB/sec), N ms avg latency, N ms max latency, N ms 50th, N ms 95th, N ms 99th, N ms 99.9th.\n";
        var old = await RunAsync("3.9", "producer-perf-test --topic pf --num-records 20 --record-size 10 --throughput -1 --producer-props bootstrap.servers=$SERVER acks=1");
        Assert.Equal((0, Total, ""), Measured(old));
        Assert.Matches(@"^20 records sent, (\d+\.\d{6}|Infinity) records/sec \((\d+\.\d\d|Infinity) MB/sec\), \d+\.\d\d ms avg latency, \d+\.00 ms max latency, \d+ ms 50th", old.Output);

        var later = await RunAsync("4.3", "producer-perf-test --topic pf --num-records 20 --payload-monotonic --throughput 1000 --bootstrap-server $SERVER --warmup-records 5");
        Assert.Equal(
            (0,
                "Warmup first 5 records. Steady state results will print after the complete test summary.\n" + Total
                + Total.Replace("20 records", "15 steady state records", StringComparison.Ordinal),
                ""),
            Measured(later));
        Assert.Equal("pf:0:40\n", (await RunAsync("3.9", "get-offsets --bootstrap-server $SERVER --topic pf")).Output);

        var deprecated = await RunAsync("4.3", "producer-perf-test --topic pf --num-records 20 --record-size 10 --throughput -1 --producer-props bootstrap.servers=$SERVER");
        Assert.Equal(
            (0, "Option --producer-props has been deprecated and will be removed in a future version. Use --command-property instead.\n" + Total, ""),
            Measured(deprecated));
    }

    [Fact]
    public async Task Values_come_from_a_file_and_metrics_are_printed()
    {
        string file = Path.Combine(_broker.DataDirectory, "payloads");
        await File.WriteAllTextAsync(file, "alpha;beta;;");
        var run = await RunAsync(
            "3.9", $"producer-perf-test --topic file --num-records 30 --payload-file {file} --payload-delimiter ; --throughput -1 --producer-props bootstrap.servers=$SERVER --print-metrics");
        string[] lines = run.Output.Split('\n');
        Assert.Equal((0, ""), (run.Code, run.Errors));
        Assert.Equal([$"Reading payloads from: {file}", "Number of messages read: 2"], lines[..2]);
        Assert.StartsWith("30 records sent, ", lines[2], StringComparison.Ordinal);
        Assert.Matches("^Metric Name +Value$", lines[4]);
        Assert.Contains(lines, l => PrintedMetric().IsMatch(l));

        var read = await RunAsync("3.9", "verifiable-producer --topic file --max-messages 1 --bootstrap-server $SERVER");
        Assert.Contains("\"offset\":30,", read.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_are_read_and_counted()
    {
        await RunAsync("3.9", "producer-perf-test --topic pf --num-records 65 --record-size 10 --throughput -1 --producer-props bootstrap.servers=$SERVER");
        const string Line = "TIME, TIME, 0.0006, N, 65, N, N, N, N, N\n";
        Assert.Equal((0, Columns + Line, ""), Measured(await RunAsync("3.9", "consumer-perf-test --bootstrap-server $SERVER --topic pf --messages 20")));
        Assert.Equal(
            (0, "Warning: --messages is deprecated. Use --num-records instead.\n" + Columns + Line, ""),
            Measured(await RunAsync("4.3", "consumer-perf-test --bootstrap-server $SERVER --topic pf --messages 20")));
        Assert.Equal((0, Line, ""), Measured(await RunAsync("4.3", "consumer-perf-test --bootstrap-server $SERVER --include p. --num-records 65 --hide-header")));
        Assert.Equal(
            (0,
                Columns + "WARNING: Exiting before consuming the expected number of messages: timeout (300 ms) exceeded. You can use the --timeout option "
                + "to increase the timeout.\n" + Line,
                ""),
            Measured(await RunAsync("3.9", "consumer-perf-test --bootstrap-server $SERVER --topic pf --messages 2000 --timeout 300")));
        var nothing = await RunAsync("3.9", "consumer-perf-test --bootstrap-server $SERVER --topic pf --messages 1 --from-latest --timeout 300 --hide-header --date-format yyyy");
        Assert.Matches("WARNING: [^\n]*\n20[0-9]{2}, 20[0-9]{2}, 0.0000, 0.0000, 0, 0.0000, ", nothing.Output);
        Assert.Equal((0, Columns + Line, ""), Measured(await RunAsync("3.9", "consumer-perf-test --bootstrap-server $SERVER --topic pf --messages 20 --group g")));
    }

    [Fact]
    public async Task The_way_from_producer_to_consumer_is_measured()
    {
        const string Result = "0\tN\nAvg latency: N ms\nPercentiles: 50th = N, 99th = N, 99.9th = N\n";
        var old = await RunAsync("3.9", "e2e-latency $SERVER pf 20 1 100");
        Assert.Equal(
            (0, "Topic \"pf\" does not exist. Will create topic with 1 partition(s) and replication factor = 1\n" + Result, ""), Measured(old));
        Assert.Matches(@"\n0\t\d+\.\d+\nAvg latency: \d+\.\d{4} ms\n", old.Output);
        Assert.Equal(
            (0, Result, ""),
            Measured(await RunAsync(
                "4.3",
                "e2e-latency --bootstrap-server $SERVER --topic pf --num-records 20 --producer-acks all --record-size 0 --record-key-size 5 --num-headers 2 "
                + "--record-header-key-size 3 --record-header-size -1")));
        Assert.Equal(
            (0,
                "WARNING: Positional argument usage is deprecated and will be removed in Apache Kafka 5.0. Please use named arguments instead: "
                + "--bootstrap-server, --topic, --num-records, --producer-acks, --record-size, --command-config\n" + Result,
                ""),
            Measured(await RunAsync("4.3", "e2e-latency $SERVER pf 20 1 100")));
        Assert.Equal("pf:0:60\n", (await RunAsync("3.9", "get-offsets --bootstrap-server $SERVER --topic pf")).Output);
    }

    [Fact]
    public async Task Numbers_are_sent_with_a_line_for_each()
    {
        var run = await RunAsync("3.9", "verifiable-producer --bootstrap-server $SERVER --topic x1 --max-messages 3");
        Assert.Equal(
            (0,
                """
                {"timestamp":TIME,"name":"startup_complete"}
                {"timestamp":TIME,"name":"producer_send_success","key":null,"value":"0","offset":0,"topic":"x1","partition":0}
                {"timestamp":TIME,"name":"producer_send_success","key":null,"value":"1","offset":1,"topic":"x1","partition":0}
                {"timestamp":TIME,"name":"producer_send_success","key":null,"value":"2","offset":2,"topic":"x1","partition":0}
                {"timestamp":TIME,"name":"shutdown_complete"}
                {"timestamp":TIME,"name":"tool_data","sent":3,"acked":3,"target_throughput":-1,"avg_throughput":N}

                """,
                ""),
            Json(run));
        var keyed = await RunAsync(
            "4.3", "verifiable-producer --bootstrap-server $SERVER --topic x2 --max-messages 3 --value-prefix 7 --repeating-keys 2 --message-create-time 1600000000000 --throughput 10");
        string[] lines = Json(keyed).Output.Split('\n');
        Assert.Equal("{\"timestamp\":TIME,\"name\":\"producer_send_success\",\"key\":\"0\",\"value\":\"7.2\",\"offset\":2,\"topic\":\"x2\",\"partition\":0}", lines[3]);
        Assert.Equal("{\"timestamp\":TIME,\"name\":\"tool_data\",\"sent\":3,\"acked\":3,\"target_throughput\":10,\"avg_throughput\":N}", lines[5]);

        // The third number was made 200 ms after the first, by the rate.
        Assert.Equal("x2:0:2\n", (await RunAsync("3.9", "get-offsets --bootstrap-server $SERVER --topic x2 --time 1600000000150")).Output);

        var failed = Json(await RunAsync("3.9", "verifiable-producer --bootstrap-server $SERVER --topic a/b --max-messages 1"));
        Assert.Equal((0, ""), (failed.Code, failed.Errors));
        Assert.Contains("\"name\":\"producer_send_error\"", failed.Output, StringComparison.Ordinal);
        Assert.Contains("\"sent\":1,\"acked\":0,", failed.Output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^samsa\.[a-z.]+(-[a-z]+)?:\{.*\} +: \d+\.\d{3}$")]
    private static partial Regex PrintedMetric();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}")]
    private static partial Regex Time();

    // Not the number of records, which begins the line. A speed is infinite where a run took no millisecond, as in Kafka's tool.
    [GeneratedRegex(@"(?<=[ (\t])(\d+(\.\d+)?|Infinity)(?=[ ,]|$)")]
    private static partial Regex Number();

    [GeneratedRegex(@"(?<=""timestamp"":)\d{13}")]
    private static partial Regex JsonTime();

    [GeneratedRegex(@"(?<=""avg_throughput"":)[0-9.E+-]+")]
    private static partial Regex JsonSpeed();

    private static (int Code, string Output, string Errors) Measured((int Code, string Output, string Errors) run)
    {
        string[] lines = run.Output.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = Time().Replace(lines[i], "TIME");
            if (line.StartsWith("TIME, TIME", StringComparison.Ordinal))
                line = string.Join(", ", line.Split(", ").Select((column, at) => at is 0 or 1 or 2 or 4 ? column : "N"));
            else if (line.Contains("latency", StringComparison.Ordinal) || line.StartsWith("Percentiles", StringComparison.Ordinal) || line.StartsWith("0\t", StringComparison.Ordinal))
                line = Number().Replace(line, "N");
            lines[i] = line;
        }

        return run with { Output = string.Join('\n', lines) };
    }

    private static (int Code, string Output, string Errors) Json((int Code, string Output, string Errors) run) =>
        run with { Output = JsonSpeed().Replace(JsonTime().Replace(run.Output, "TIME"), "N") };

    private async Task<(int Code, string Output, string Errors)> RunAsync(string like, string command)
    {
        var run = await ToolRun.RunAsync(like, null, command.Replace("$SERVER", _broker.BootstrapServers, StringComparison.Ordinal).Split(' '));
        return (run.ExitCode, run.Output, run.Errors);
    }
}
