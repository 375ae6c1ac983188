using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Configuration;
using Xunit;

namespace Samsa.IntegrationTests.ZooKeeper;

/// <summary>Frame by frame, the server answers with the bytes that Apache ZooKeeper answered with; only session, password and times differ.</summary>
public sealed class GoldenFrameTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("samsa-golden-");
    private readonly ZooKeeperServer _server;
    private string _session = "";

    public GoldenFrameTests() => _server = ZooKeeperServer.Start(
        new ZooKeeperConfig
        {
            DataDir = _directory.FullName,
            ClientPort = 0,
            ClientPortAddress = IPAddress.Loopback,
            PreAllocSize = 64,
            TickTime = 500,
            ExtendedTypesEnabled = true,
        },
        TimeProvider.System,
        NullLogger.Instance);

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Every_frame_is_answered_as_by_Apache()
    {
        await using var client = await RawClient.OpenAsync(_server.EndPoint);
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "ZooKeeper", "Golden", "apache-3.8.4.txt"), TestContext.Current.CancellationToken);
        string[][] rows = [.. lines.Where(line => line[0] != '#').Select(line => line.Split('|'))];
        Assert.True(rows.Length > 30);
        foreach (string[] row in rows)
        {
            byte[] request = Convert.FromHexString(row[1]);
            byte[] frame = new byte[sizeof(int) + request.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame, request.Length);
            request.CopyTo(frame, sizeof(int));
            await client.Stream.WriteAsync(frame, TestContext.Current.CancellationToken);
            foreach (string expected in row[2].Split(' '))
            {
                var answer = await client.ReceiveAsync();
                string text = answer is { } bytes ? Convert.ToHexStringLower(bytes.Span) : "END";
                if (row[0] == "connect")
                {
                    _session = text.Substring(16, 16);
                }

                Assert.True(Masked(text, expected) == expected, $"{row[0]}\n{text}\ninstead of\n{expected}");
            }
        }
    }

    // Each place that the mask names must hold what it stands for.
    private string Masked(string text, string expected)
    {
        if (text.Length != expected.Length)
        {
            return text;
        }

        char[] masked = text.ToCharArray();
        for (int i = 0; i < masked.Length; i++)
        {
            if (expected[i] == 'P')
            {
                masked[i] = 'P';
            }
            else if (expected[i] is 'S' or 'T')
            {
                string value = text.Substring(i, 16);
                bool holds = expected[i] == 'S' ? value == _session : IsNow(value);
                masked.AsSpan(i, 16).Fill(holds ? expected[i] : '?');
                i += 15;
            }
        }

        return new string(masked);
    }

    private static bool IsNow(string value) =>
        Math.Abs(long.Parse(value, NumberStyles.HexNumber, CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()) < 3_600_000;
}
