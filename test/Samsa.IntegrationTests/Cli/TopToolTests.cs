using System.Globalization;
using Samsa.IntegrationTests.Support;
using Samsa.IntegrationTests.Wire;
using Samsa.Protocol.Messages;
using Samsa.Testing;
using Xunit;
using WireClient = Samsa.IntegrationTests.Wire.WireClient;

namespace Samsa.IntegrationTests.Cli;

/// <summary>samsa top as a process: plain text, on a terminal, and how it ends.</summary>
public sealed class TopToolTests
{
    [Fact]
    public async Task It_prints_what_a_topic_received_and_ends()
    {
        await using var broker = await SamsaBroker.StartAsync();
        var topic = await MakeAsync(broker, "measured", partitions: 2);
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await using var tool = ToolProcess.Start(
            "dotnet", SamsaProgram.AssemblyPath, "top", "--bootstrap-server", broker.BootstrapServers, "--topic", "meas.*", "--interval", "3000", "--once", "--partitions");

        // For as long as it looks, so that some records fall between its two looks.
        var end = tool.EndAsync();
        long produced = 0;
        while (!end.IsCompleted)
            produced = await client.MustProduceAsync(topic, WireRecords.Batch(2), partition: 1) + 2;
        var run = await end;

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        var lines = run.Output.TrimEnd('\n').Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Equal(["TOPIC", "PARTITION", "LEADER", "RECORDS/S", "BYTES/S", "END-OFFSET", "BYTES"], lines[0]);
        Assert.Equal(["measured", "1", "0"], lines[1][..3]);
        Assert.All(lines[1][3..], number => Assert.InRange(long.Parse(number, CultureInfo.InvariantCulture), 1, long.MaxValue));
        Assert.InRange(long.Parse(lines[1][5], CultureInfo.InvariantCulture), 2, produced);
        Assert.Equal(["measured", "0", "0", "0", "0", "0", "0"], lines[2]);
        Assert.Equal(3, lines.Count);
    }

    [Fact]
    public async Task It_prints_table_after_table_until_a_signal()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no such signal");
        await using var broker = await SamsaBroker.StartAsync();
        await MakeAsync(broker, "measured", partitions: 1);
        await using var tool = ToolProcess.Start("dotnet", SamsaProgram.AssemblyPath, "top", "--bootstrap-server", broker.BootstrapServers, "--interval", "100");

        await tool.PrintedAsync("BYTES\nmeasured 1          0       0         0       0       0\n\nTOPIC");
        var run = await tool.EndAsync("INT");

        Assert.Equal((130, ""), (run.ExitCode, run.Errors));
    }

    [Fact]
    public async Task On_a_terminal_it_draws_a_table_and_ends_with_control_C()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "the program script makes the terminal");
        await using var broker = await SamsaBroker.StartAsync();
        await MakeAsync(broker, "measured", partitions: 1);
        await using var tool = ToolProcess.Start(
            "/usr/bin/script", "-qec", $"dotnet '{SamsaProgram.AssemblyPath}' top --bootstrap-server {broker.BootstrapServers} --interval 100", "/dev/null");

        await tool.PrintedAsync("measured");
        await tool.WriteAsync("\x03");
        var run = await tool.EndAsync();

        Assert.Equal(130, run.ExitCode);
        Assert.Contains("samsa top " + broker.BootstrapServers, run.Output, StringComparison.Ordinal);
        // Its cursor is there again.
        Assert.EndsWith("\x1b[?25h", run.Output.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_is_one_line()
    {
        var run = await ToolProcess.RunAsync(
            null, "dotnet", SamsaProgram.AssemblyPath, "top", "--bootstrap-server", "127.0.0.1:1", "--interval", "50");
        Assert.Equal((1, "", "--interval must be 100 at least\n"), (run.ExitCode, run.Output, run.Errors));
    }

    private static async Task<WireTopic> MakeAsync(SamsaBroker broker, string name, int partitions)
    {
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        var made = await client.SendAsync<CreateTopicsResponse>(
            new CreateTopicsRequest
            {
                TimeoutMs = 60_000,
                Topics = [new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = partitions, ReplicationFactor = 1 }],
            }, 7);
        return new WireTopic(name, made.Topics[0].TopicId);
    }
}
