using System.Globalization;
using System.Security.Cryptography;
using Samsa.IntegrationTests.Wire;
using Samsa.InteropTests.Differential;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.InteropTests.Sizes;

/// <summary>
/// Records of 1 MB with the default limits, and of SAMSA_SIZE_RECORD_MB with raised ones: the very same bytes come back, one byte above
/// the limit is refused, and the broker's memory is what it was before.
/// </summary>
public sealed class LargeRecordTests
{
    private const int Megabyte = 1 << 20;
    private const int DefaultLimit = 1048588;

    private static readonly int LargeLimit = Sizes.Of("RECORD_MB", 20) * Megabyte;

    [Fact]
    public async Task One_megabyte_passes_the_default_limits()
    {
        await using TestBroker broker = await TestBroker.StartProcessAsync();
        await AssertWireLimitAsync(broker, "default-limit", DefaultLimit);
        await AssertKcatAsync(broker, "kcat", 1_000_000, DefaultLimit);
        await AssertPythonAsync(broker, "python", 1_000_000);
    }

    [Fact]
    public async Task Large_records_pass_where_the_limits_allow_them_and_leave_no_memory_behind()
    {
        string limit = LargeLimit.ToString(CultureInfo.InvariantCulture);
        await using TestBroker broker = await TestBroker.StartProcessAsync(
            $"message.max.bytes={limit}",
            $"socket.request.max.bytes={(LargeLimit + Megabyte).ToString(CultureInfo.InvariantCulture)}",
            $"replica.fetch.max.bytes={limit}");
        await AssertKcatAsync(broker, "warm-up", 1000, limit: null);
        ProcessUse use = new(broker.ProcessId);
        double before = use.ResidentMegabytes;
        await AssertWireLimitAsync(broker, "wire", LargeLimit);
        await AssertKcatAsync(broker, "kcat", LargeLimit - 1000, LargeLimit);
        double peak = use.ResidentMegabytes;

        if (TestBroker.IsSamsa)
        {
            double after = await Conditions.UntilAsync(
                $"memory is back from {peak:F1} MB to near {before:F1} MB", () => Task.FromResult(use.ResidentMegabytes), megabytes => megabytes < before + 25);
            Sizes.Say($"{LargeLimit / Megabyte} MB records: {before:F1} MB resident before, {peak:F1} MB right after, {after:F1} MB some seconds later");
        }
    }

    // A batch of exactly the limit, and one byte more. The answer to a fetch is one batch even for a client that asks for little.
    private static async Task AssertWireLimitAsync(TestBroker broker, string name, int limit)
    {
        using WireClient client = await WireClient.ConnectAsync(broker.BootstrapServers);
        CreateTopicsResponse made = await client.SendAsync<CreateTopicsResponse>(Requests.CreateTopics(Requests.NewTopic(name)), 7);
        Assert.Equal(ErrorCode.None, made.Topics[0].ErrorCode);
        WireTopic topic = new(name, made.Topics[0].TopicId);

        byte[] tooLarge = BatchOf(limit + 1);
        Assert.Equal(ErrorCode.MessageTooLarge, (await client.ProduceAsync(topic, tooLarge)).ErrorCode);
        byte[] batch = BatchOf(limit);
        Assert.Equal(0, await client.MustProduceAsync(topic, batch));

        FetchResponse.PartitionData answer = await client.FetchAsync(topic, 0, change: request => request.MaxBytes = 1);
        byte[] read = answer.Records.Memory.ToArray();
        // What the broker stamps is outside the checksum: base offset and leader epoch.
        Assert.True(read.AsSpan(RecordBatchHeader.MagicPosition).SequenceEqual(batch.AsSpan(RecordBatchHeader.MagicPosition)));
        Assert.Equal(1, answer.HighWatermark);
    }

    // kcat sends a file as one record.
    private static async Task AssertKcatAsync(TestBroker broker, string topic, int bytes, int? limit)
    {
        string kcat = Tools.Kcat;
        using TemporaryDirectory directory = new();
        byte[] value = Bytes(bytes);
        await File.WriteAllBytesAsync(directory.File("record"), value);
        string[] large = ["-X", "message.max.bytes=1000000000"];
        ChildResult sent = await Child.RunAsync(
            kcat, ["-P", "-b", broker.BootstrapServers, "-t", topic, "-p", "0", .. large, directory.File("record")]);
        sent.Succeeded();
        string fetch = (bytes + Megabyte).ToString(CultureInfo.InvariantCulture);
        ChildResult read = await Child.RunAsync(
            kcat, "-C", "-q", "-b", broker.BootstrapServers, "-t", topic, "-p", "0", "-o", "beginning", "-c", "1", "-f", "%s",
            "-X", "fetch.message.max.bytes=" + fetch, "-X", "fetch.max.bytes=" + fetch, "-X", "receive.message.max.bytes=1200000000", "-X", "check.crcs=true");
        Assert.Equal(Hash(value), Hash(read.Succeeded().Output));

        if (limit is null)
        {
            return;
        }

        await File.WriteAllBytesAsync(directory.File("too-large"), Bytes(limit.Value + 1));
        ChildResult refused = await Child.RunAsync(
            kcat, ["-P", "-b", broker.BootstrapServers, "-t", topic, "-p", "0", .. large, directory.File("too-large")]);
        Assert.Contains("Broker: Message size too large", refused.Errors, StringComparison.Ordinal);
    }

    private static async Task AssertPythonAsync(TestBroker broker, string topic, int bytes)
    {
        using TemporaryDirectory directory = new();
        byte[] value = Bytes(bytes);
        await File.WriteAllBytesAsync(directory.File("record"), value);
        string script = Path.Combine(RepositoryPaths.Clients, "large_record.py");
        (await Child.RunAsync(
            Tools.Python("kafka", "python3-kafka"), script, broker.BootstrapServers, topic, directory.File("record"), directory.File("read"))).Succeeded();
        Assert.Equal(Hash(value), Hash(await File.ReadAllBytesAsync(directory.File("read"))));
    }

    private static byte[] BatchOf(int bytes)
    {
        // Beyond a few thousand bytes the lengths inside take the same room for sizes so close together.
        int overhead = WireRecords.Single(null, new byte[bytes - 200], WireRecords.Now).Length - (bytes - 200);
        byte[] batch = WireRecords.Single(null, Bytes(bytes - overhead), WireRecords.Now);
        Assert.Equal(bytes, batch.Length);
        return batch;
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes)) + " of " + bytes.Length.ToString(CultureInfo.InvariantCulture);
}
