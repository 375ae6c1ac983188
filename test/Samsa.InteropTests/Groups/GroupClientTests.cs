using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Groups;

/// <summary>Groups by clients that others wrote, with joins, leaves, crashes, an idle member and a broker that is killed; and what Apache's tool says of them.</summary>
public sealed class GroupClientTests(GroupStories stories) : IClassFixture<GroupStories>
{
    [Theory]
    [InlineData("kcat")]
    [InlineData("kafka-python")]
    [InlineData("confluent-kafka-python")]
    [InlineData("Confluent.Kafka")]
    [InlineData("Confluent.Kafka-848")]
    [InlineData("sarama")]
    [InlineData("kafkajs")]
    public Task Every_record_is_processed_and_committed_offsets_outlive_the_broker(string client) => stories.OutcomeAsync(client);

    [Theory]
    [InlineData("3.9")]
    [InlineData("4.3")]
    public async Task Apaches_tool_describes_them(string version)
    {
        await stories.OutcomeAsync("kcat");

        // Three partitions, eighty-one records each, all of them read; the last commit may still be on its way.
        var expected = Enumerable.Range(0, 3).Select(partition => $"read-by-kcat {partition} 81 81 0 /127.0.0.1").ToList();
        await Conditions.UntilAsync("every record is committed", () => DescribeAsync(version), rows => rows.SequenceEqual(expected));
    }

    private async Task<List<string>> DescribeAsync(string version)
    {
        var described = (await ApacheTool.RunAsync(
            version, "kafka-consumer-groups", ["--bootstrap-server", stories.Broker.BootstrapServers, "--describe", "--group", "group-of-kcat", "--timeout", "120000"])).Succeeded();
        return described.Lines
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 7 && words[0] == "group-of-kcat")
            .Select(words => string.Join(' ', words[1], words[2], words[3], words[4], words[5], words[7]))
            .Order(StringComparer.Ordinal)
            .ToList();
    }
}
