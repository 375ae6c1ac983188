using Xunit;

namespace Samsa.UnitTests.Cli.Performance;

/// <summary>What the tools that measure and verify say about command lines that are wrong: exit code, stream and words of Apache Kafka 3.9.2 and 4.3.1.</summary>
public sealed class PerfUsageTests
{
    private const string Producer39 =
        """
        usage: producer-performance [-h] --topic TOPIC --num-records NUM-RECORDS
                                    [--payload-delimiter PAYLOAD-DELIMITER]
                                    --throughput THROUGHPUT
                                    [--producer-props PROP-NAME=PROP-VALUE [PROP-NAME=PROP-VALUE ...]]
                                    [--producer.config CONFIG-FILE]
                                    [--print-metrics]
                                    [--transactional-id TRANSACTIONAL-ID]
                                    [--transaction-duration-ms TRANSACTION-DURATION]
                                    (--record-size RECORD-SIZE |
                                    --payload-file PAYLOAD-FILE |
                                    --payload-monotonic)

        """;

    private const string Producer43 =
        """
        usage: kafka-producer-perf-test
               [-h] [--bootstrap-server BOOTSTRAP-SERVER] --topic TOPIC
               --num-records NUM-RECORDS [--payload-delimiter PAYLOAD-DELIMITER]
               --throughput THROUGHPUT
               [--producer-props PROP-NAME=PROP-VALUE [PROP-NAME=PROP-VALUE ...]]
               [--command-property PROP-NAME=PROP-VALUE [PROP-NAME=PROP-VALUE ...]]
               [--producer.config CONFIG-FILE] [--command-config CONFIG-FILE]
               [--print-metrics] [--transactional-id TRANSACTIONAL-ID]
               [--transaction-duration-ms TRANSACTION-DURATION]
               [--warmup-records WARMUP-RECORDS] [--reporting-interval INTERVAL-MS]
               (--record-size RECORD-SIZE | --payload-file PAYLOAD-FILE |
               --payload-monotonic)

        """;

    private const string Verifiable39 =
        """
        usage: verifiable-producer [-h] --topic TOPIC [--max-messages MAX-MESSAGES]
                                   [--throughput THROUGHPUT] [--acks ACKS]
                                   [--producer.config CONFIG_FILE]
                                   [--message-create-time CREATETIME]
                                   [--value-prefix VALUE-PREFIX]
                                   [--repeating-keys REPEATING-KEYS]
                                   (--bootstrap-server HOST1:PORT1[,HOST2:PORT2[...]]
                                   | --broker-list HOST1:PORT1[,HOST2:PORT2[...]])

        """;

    private const string Verifiable43 =
        """
        usage: verifiable-producer [-h] --topic TOPIC [--max-messages MAX-MESSAGES]
                                   [--throughput THROUGHPUT] [--acks ACKS]
                                   [--producer.config CONFIG-FILE]
                                   [--message-create-time CREATE-TIME]
                                   [--value-prefix VALUE-PREFIX]
                                   [--repeating-keys REPEATING-KEYS]
                                   [--command-config CONFIG-FILE]
                                   --bootstrap-server HOST1:PORT1[,HOST2:PORT2[...]]

        """;

    private const string Consumer39 =
        """
        usage: verifiable-consumer [-h] --topic TOPIC
                                   [--group-protocol GROUP_PROTOCOL]
                                   [--group-remote-assignor GROUP_REMOTE_ASSIGNOR]
                                   --group-id GROUP_ID
                                   [--group-instance-id GROUP_INSTANCE_ID]
                                   [--max-messages MAX-MESSAGES]
                                   [--session-timeout TIMEOUT_MS] [--verbose]
                                   [--enable-autocommit]
                                   [--reset-policy RESETPOLICY]
                                   [--assignment-strategy ASSIGNMENTSTRATEGY]
                                   [--consumer.config CONFIG_FILE]
                                   (--bootstrap-server HOST1:PORT1[,HOST2:PORT2[...]]
                                   | --broker-list HOST1:PORT1[,HOST2:PORT2[...]])

        """;

    private const string Consumer43 =
        """
        usage: verifiable-consumer [-h] --topic TOPIC
                                   [--group-protocol GROUP-PROTOCOL]
                                   [--group-remote-assignor GROUP-REMOTE-ASSIGNOR]
                                   --group-id GROUP-ID
                                   [--group-instance-id GROUP-INSTANCE-ID]
                                   [--max-messages MAX-MESSAGES]
                                   [--session-timeout TIMEOUT-MS] [--verbose]
                                   [--enable-autocommit]
                                   [--reset-policy RESET-POLICY]
                                   [--assignment-strategy ASSIGNMENT-STRATEGY]
                                   [--consumer.config CONFIG-FILE]
                                   [--command-config CONFIG-FILE]
                                   --bootstrap-server HOST1:PORT1[,HOST2:PORT2[...]]

        """;

    [Theory]
    [InlineData("3.9", "producer-perf-test --topic pf --num-records 20 --record-size 10 --throughput -1", Producer39 + "producer-performance: error: Either  --producer-props  or --producer.config\nmust be specified.\n")]
    [InlineData("3.9", "producer-perf-test --topic pf --num-records 20 --throughput -1 --producer-props bootstrap.servers=a:1", Producer39 + "producer-performance: error: one of  the arguments --record-size --payload-\nfile --payload-monotonic is required\n")]
    [InlineData("3.9", "producer-perf-test --topic pf", Producer39 + "producer-performance: error: argument --throughput is required\n")]
    [InlineData("4.3", "producer-perf-test --topic pf --num-records 20 --record-size 10 --throughput -1", Producer43 + "kafka-producer-perf-test: error: At  least  one  of  --bootstrap-server, --\ncommand-property, --producer-props,  --producer.config  or --command-config\nmust be specified.\n")]
    [InlineData("4.3", "producer-perf-test --topic pf --num-records 20 --throughput -1 --bootstrap-server a:1", Producer43 + "kafka-producer-perf-test: error:  one  of  the  arguments  --record-size --\npayload-file --payload-monotonic is required\n")]
    [InlineData("4.3", "producer-perf-test --topic pf", Producer43 + "kafka-producer-perf-test: error: argument --throughput is required\n")]
    [InlineData("3.9", "verifiable-producer --topic x1", Verifiable39 + "verifiable-producer: error:  one  of  the  arguments  --bootstrap-server --\nbroker-list is required\n")]
    [InlineData("4.3", "verifiable-producer --topic x1", Verifiable43 + "verifiable-producer: error:  one  of  the  arguments  --bootstrap-server is\nrequired\n")]
    [InlineData("3.9", "verifiable-consumer --bootstrap-server a:1", Consumer39 + "verifiable-consumer: error: argument --group-id is required\n")]
    [InlineData("4.3", "verifiable-consumer --bootstrap-server a:1", Consumer43 + "verifiable-consumer: error: argument --group-id is required\n")]
    public async Task A_mistake_is_the_usage_and_a_message(string like, string command, string errors)
    {
        var run = await ToolRun.RunAsync(like, command.Split(' '));

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Equal(errors, run.Errors);
    }

    [Theory]
    [InlineData("3.9", "consumer-perf-test --topic pf", "Missing required option(s) [bootstrap-server]", true)]
    [InlineData("4.3", "consumer-perf-test --topic pf", "Missing required argument \"[bootstrap-server]\"", true)]
    [InlineData("3.9", "e2e-latency a:1 pf", "USAGE: java org.apache.kafka.tools.EndToEndLatency broker_list topic num_messages producer_acks message_size_bytes [optional] properties_file", false)]
    [InlineData("3.9", "e2e-latency a:1 pf 20 0 100", "Latency testing requires synchronous acknowledgement. Please use 1 or all", false)]
    [InlineData("4.3", "e2e-latency --bootstrap-server a:1", "Missing required argument \"[topic]\"", true)]
    [InlineData("4.3", "e2e-latency --bootstrap-server a:1 --topic pf --num-records 20 --producer-acks 0 --record-size 100", "Invalid value for --producer-acks. Latency testing requires synchronous acknowledgement. Please use '1' or 'all'.", true)]
    public async Task A_mistake_is_a_line_and_the_options_where_Kafka_prints_them(string like, string command, string line, bool showsOptions)
    {
        var run = await ToolRun.RunAsync(like, command.Split(' '));

        Assert.Equal((1, "", line), (run.ExitCode, run.Output, run.Errors.Split('\n')[0]));
        Assert.Equal(showsOptions, run.Errors.Contains("\nOption ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("producer-perf-test", "--topic t --num-records 1 --throughput -1 --record-size 1 --producer-props bootstrap.servers=a:1 --transaction-duration-ms 9", "Transactions are not served")]
    [InlineData("producer-perf-test", "--topic t --num-records 1 --throughput -1 --record-size 1 --producer-props bootstrap.servers=a:1 transactional.id=x", "Transactions are not served")]
    public async Task What_the_client_cannot_do_yet_is_said_in_a_line(string tool, string arguments, string start)
    {
        var run = await ToolRun.RunAsync(null, [tool, .. arguments.Split(' ')]);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(start, run.Errors, StringComparison.Ordinal);
        Assert.Equal(1, run.Errors.Count(c => c == '\n'));
    }
}
