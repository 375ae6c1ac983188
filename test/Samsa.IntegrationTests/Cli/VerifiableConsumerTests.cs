using System.Text.RegularExpressions;
using Samsa.Client.Admin;
using Samsa.Client.Producer;
using Samsa.IntegrationTests.Support;
using Samsa.Protocol;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Cli;

/// <summary><c>kafka-verifiable-consumer</c> against a broker of our own, with what Apache Kafka's printed for the same records.</summary>
public sealed partial class VerifiableConsumerTests : IAsyncLifetime
{
    private SamsaBroker _broker = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            Overrides = new Dictionary<string, string> { ["group.initial.rebalance.delay.ms"] = "0" },
        });

        // One batch, however long it takes to fill.
        await using var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers, Linger = TimeSpan.FromSeconds(80) });
        for (int i = 0; i < 10; i++)
            await producer.SendAsync(new ProducerRecord { Topic = "x1", Key = i < 8 ? null : "k"u8.ToArray(), Value = new byte[] { (byte)('a' + i) } }, Cancellation);
        await producer.FlushAsync(Cancellation);
    }

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Theory]
    [InlineData("3.9", "")]
    [InlineData("4.3", "{\"timestamp\":T,\"name\":\"shutdown_requested\"}\n")]
    public async Task So_many_records_as_are_wanted_are_read_told_and_committed(string release, string last)
    {
        var run = await ToolRun.RunAsync(
            release, null, "verifiable-consumer", "--bootstrap-server", _broker.BootstrapServers, "--topic", "x1", "--group-id", "vc", "--max-messages", "5");

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Equal(
            "{\"timestamp\":T,\"name\":\"startup_complete\"}\n"
            + "{\"timestamp\":T,\"name\":\"partitions_assigned\",\"partitions\":[{\"topic\":\"x1\",\"partition\":0}]}\n"
            + "{\"timestamp\":T,\"name\":\"records_consumed\",\"count\":10,\"partitions\":[{\"topic\":\"x1\",\"partition\":0,\"count\":5,\"minOffset\":0,\"maxOffset\":4}]}\n"
            + "{\"timestamp\":T,\"name\":\"offsets_committed\",\"offsets\":[{\"topic\":\"x1\",\"partition\":0,\"offset\":5}],\"success\":true}\n"
            + "{\"timestamp\":T,\"name\":\"partitions_revoked\",\"partitions\":[{\"topic\":\"x1\",\"partition\":0}]}\n"
            + "{\"timestamp\":T,\"name\":\"shutdown_complete\"}\n" + last,
            Time().Replace(run.Output, "\"timestamp\":T"));
        Assert.Equal(5, await CommittedAsync("vc"));
    }

    [Fact]
    public async Task A_signal_lets_it_leave_its_group()
    {
        await using var process = ToolProcess.Start(
            "dotnet", SamsaProgram.AssemblyPath, "verifiable-consumer", "--bootstrap-server", _broker.BootstrapServers, "--topic", "x1", "--group-id", "vc2", "--verbose",
            "--enable-autocommit");
        await process.PrintedAsync("\"name\":\"records_consumed\",\"count\":10");

        var run = await process.EndAsync("TERM");

        Assert.Equal((143, ""), (run.ExitCode, run.Errors));
        Assert.Contains("\"name\":\"record_data\",\"key\":null,\"value\":\"a\",\"topic\":\"x1\",\"partition\":0,\"offset\":0}\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"record_data\",\"key\":\"k\",\"value\":\"j\",\"topic\":\"x1\",\"partition\":0,\"offset\":9}\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("offsets_committed", run.Output, StringComparison.Ordinal);
        Assert.Matches("\"partitions_revoked\".*\n.*\"shutdown_complete\"}\n$", run.Output);
        Assert.Equal(10, await CommittedAsync("vc2"));
    }

    [GeneratedRegex("\"timestamp\":[0-9]+")]
    private static partial Regex Time();

    private async Task<long> CommittedAsync(string group)
    {
        await using var admin = new KafkaAdmin(new AdminOptions { BootstrapServers = _broker.BootstrapServers });
        return (await admin.ListGroupOffsetsAsync([group], cancellation: Cancellation))[0].Offsets[new TopicPartition("x1", 0)].Offset;
    }
}
