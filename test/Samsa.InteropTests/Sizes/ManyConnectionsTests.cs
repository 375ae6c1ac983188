using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Samsa.IntegrationTests.Wire;
using Samsa.InteropTests.Differential;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.InteropTests.Sizes;

/// <summary>
/// SAMSA_SIZE_CONNECTIONS connections to the real process that ask for versions and metadata and then say nothing: all are answered,
/// others are served meanwhile, and nothing is left of them.
/// </summary>
public sealed class ManyConnectionsTests
{
    // More at the same moment than the backlog of 50 holds would wait for the kernel's retry after a second.
    private const int AtOnce = 40;
    private const int Rounds = 3;

    // A descriptor for each at both ends, and an eighth of the broker's is kept from connections.
    private static readonly int Connections = Math.Min(Sizes.Of("CONNECTIONS", 1000), ProcessUse.Limit / 10 * 8);

    [Fact]
    public async Task Idle_connections_are_answered_and_leave_nothing_behind()
    {
        _ = Tools.Kcat;
        await using TestBroker broker = await TestBroker.StartProcessAsync();
        ProcessUse use = new(broker.ProcessId);
        await ServeAsync(broker, "warm-up");
        int files = use.OpenFiles;
        List<double> after = [];
        double before = use.ResidentMegabytes;
        for (int round = 0; round < Rounds; round++)
        {
            List<Socket> open = [];
            try
            {
                long began = TimeProvider.System.GetTimestamp();
                await Parallel.ForEachAsync(
                    Enumerable.Range(0, Connections), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, _) =>
                    {
                        Socket socket = await GreetAsync(broker.Port);
                        lock (open)
                        {
                            open.Add(socket);
                        }
                    });
                TimeSpan took = TimeProvider.System.GetElapsedTime(began);
                Assert.InRange(use.OpenFiles, Connections, int.MaxValue);
                await ServeAsync(broker, $"round-{round}");
                Sizes.Say($"round {round}: {open.Count} connections answered within {took.TotalSeconds:F2} s, {use.ResidentMegabytes:F1} MB resident, {use.OpenFiles} files open");
            }
            finally
            {
                open.ForEach(socket => socket.Dispose());
            }

            // The topic of the round has files of its own; the client's threads of the broker may have come and gone.
            await Conditions.UntilAsync("the descriptors are back", () => Task.FromResult(use.OpenFiles), count => count <= files + 10 + 5 * (round + 1));
            after.Add(use.ResidentMegabytes);
        }

        Sizes.Say($"before {before:F1} MB, {files} files; after each round {string.Join(", ", after.Select(megabytes => $"{megabytes:F1}"))} MB");

        // The runtime collects after some MB, so this is a bound on the whole; AfterTheAttackTests looks closer, with a collection before.
        Assert.InRange(after[^1], 0, before + 30 + Connections * 0.008);
    }

    // A real client, new records, all of them read.
    private static async Task ServeAsync(TestBroker broker, string topic)
    {
        KcatClient kcat = new();
        List<TestRecord> records = [.. Enumerable.Range(0, 200).Select(i => new TestRecord(0, 0, BitConverter.GetBytes(i).Select(b => (byte)('a' + b % 16)).ToArray(), "value"u8.ToArray(), []))];
        await kcat.CreateTopicAsync(broker.BootstrapServers, topic, 1);
        await kcat.ProduceAsync(broker.BootstrapServers, topic, "none", records);
        List<ConsumedRecord> read = (await kcat.ConsumeAsync(broker.BootstrapServers, topic, RecordQuery.All))![0];
        Assert.Equal(records.Count, read.Count);
    }

    // Both questions at once, as one client library or another does it; both answers.
    private static async Task<Socket> GreetAsync(int port)
    {
        using CancellationTokenSource limit = new(WireClient.Patience);
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        byte[] versions = Scene.Frame(new ApiVersionsRequest(), 0, correlationId: 1);
        byte[] metadata = Scene.Frame(new MetadataRequest { Topics = null }, 9, correlationId: 2);
        await socket.SendAsync((byte[])[.. Prefix(versions), .. versions, .. Prefix(metadata), .. metadata], limit.Token);
        for (int expected = 1; expected <= 2; expected++)
        {
            byte[] answer = await ReadAsync(socket, BinaryPrimitives.ReadInt32BigEndian(await ReadAsync(socket, sizeof(int), limit.Token)), limit.Token);
            Assert.Equal(expected, BinaryPrimitives.ReadInt32BigEndian(answer));
        }

        return socket;
    }

    private static byte[] Prefix(byte[] frame)
    {
        byte[] prefix = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(prefix, frame.Length);
        return prefix;
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count, CancellationToken cancellation)
    {
        byte[] bytes = new byte[count];
        for (int have = 0; have < count;)
        {
            int read = await socket.ReceiveAsync(bytes.AsMemory(have), cancellation);
            Assert.True(read > 0, "The broker closed a connection that it had accepted.");
            have += read;
        }

        return bytes;
    }
}
