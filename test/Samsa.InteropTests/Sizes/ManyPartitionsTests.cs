using System.Globalization;
using System.Text;
using Samsa.IntegrationTests.Wire;
using Samsa.InteropTests.Differential;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.InteropTests.Sizes;

/// <summary>
/// A topic of SAMSA_SIZE_PARTITIONS partitions in the real process: a record to each, a clean restart, another record to each, kill -9,
/// and everything is read back.
/// </summary>
public sealed class ManyPartitionsTests
{
    private const int PerRequest = 500;
    private const string Name = "wide";

    // Each partition that is written to has one file open for some minutes.
    private static readonly int Partitions = Math.Min(Sizes.Of("PARTITIONS", 500), ProcessUse.Limit / 10 * 8);

    [Fact]
    public async Task Every_partition_keeps_its_records_over_a_clean_restart_and_kill_9()
    {
        await using TestBroker broker = await TestBroker.StartProcessAsync();
        double before = new ProcessUse(broker.ProcessId).ResidentMegabytes;
        WireTopic topic = await TimeAsync("made", () => CreateAsync(broker));
        Say(broker, "made", before);
        await TimeAsync("first record to each", () => WriteAsync(broker, topic, "first"));
        Say(broker, "written", before);

        await TimeAsync("clean stop and start", async () =>
        {
            await broker.RestartAsync();
            return await ReadAsync(broker, topic, "first");
        });
        Say(broker, "restarted", before);
        await TimeAsync("second record to each", () => WriteAsync(broker, topic, "second"));
        await broker.KillAsync();
        await TimeAsync("start after kill -9", async () =>
        {
            await broker.StartAsync();
            return await ReadAsync(broker, topic, "first", "second");
        });
        Say(broker, "restarted after kill -9", before);
        Assert.Equal(Partitions, Directory.GetDirectories(broker.DataDirectory, Name + "-*").Length);
    }

    private static async Task<WireTopic> CreateAsync(TestBroker broker)
    {
        using WireClient client = await WireClient.ConnectAsync(broker.BootstrapServers);
        CreateTopicsResponse made = await client.SendAsync<CreateTopicsResponse>(Requests.CreateTopics(Requests.NewTopic(Name, Partitions)), 7);
        Assert.Equal((ErrorCode.None, null), (made.Topics[0].ErrorCode, made.Topics[0].ErrorMessage));
        return new WireTopic(Name, made.Topics[0].TopicId);
    }

    private static async Task<int> WriteAsync(TestBroker broker, WireTopic topic, string what)
    {
        using WireClient client = await WireClient.ConnectAsync(broker.BootstrapServers);
        foreach (int[] some in Enumerable.Range(0, Partitions).Chunk(PerRequest))
        {
            (int, byte[]?)[] parts = [.. some.Select(partition => (partition, (byte[]?)WireRecords.Single(null, Value(what, partition), WireRecords.Now)))];
            ProduceResponse answer = await client.SendAsync<ProduceResponse>(Requests.Produce(9, topic, -1, null, parts), 9);
            Assert.Equal(some.Length, answer.Responses.Sum(t => t.PartitionResponses.Count));
            Assert.All(answer.Responses.SelectMany(t => t.PartitionResponses), partition => Assert.Equal(ErrorCode.None, partition.ErrorCode));
        }

        return Partitions;
    }

    // Starting again counts until this has every record of every partition.
    private static async Task<int> ReadAsync(TestBroker broker, WireTopic topic, params string[] expected)
    {
        using WireClient client = await WireClient.ConnectAsync(broker.BootstrapServers);
        int seen = 0;
        foreach (int[] some in Enumerable.Range(0, Partitions).Chunk(PerRequest))
        {
            FetchRequest request = WireCalls.FetchRequest(topic, 0, 11, r => r.Topics[0].Partitions.Clear());
            request.Topics[0].Partitions.AddRange(some.Select(partition => WireCalls.FetchRequest(topic, 0, 11, partition: partition).Topics[0].Partitions[0]));
            FetchResponse answer = await client.SendAsync<FetchResponse>(request, 11);
            foreach (FetchResponse.PartitionData partition in answer.Responses.SelectMany(t => t.Partitions))
            {
                Assert.Equal((ErrorCode.None, expected.Length), (partition.ErrorCode, partition.HighWatermark));
                Assert.Equal(
                    expected.Select((what, offset) => ((long)offset, (string?)Encoding.UTF8.GetString(Value(what, partition.PartitionIndex)))),
                    WireRecords.Read(partition.Records.Memory.Span).Select(record => (record.Offset, record.Value)));
                seen++;
            }
        }

        Assert.Equal(Partitions, seen);
        return seen;
    }

    private static byte[] Value(string what, int partition) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{what} record of {partition}"));

    private static async Task<T> TimeAsync<T>(string what, Func<Task<T>> work)
    {
        long began = TimeProvider.System.GetTimestamp();
        T result = await work();
        Sizes.Say($"{Partitions} partitions, {what}: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:F2} s");
        return result;
    }

    private static void Say(TestBroker broker, string when, double before)
    {
        ProcessUse use = new(broker.ProcessId);
        double resident = use.ResidentMegabytes;
        Sizes.Say($"{when}: {resident:F1} MB resident, {(resident - before) * 1024 / Partitions:F1} KB per partition, {use.OpenFiles} files open");
    }
}
