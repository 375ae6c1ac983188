using System.Text.Json;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>Looks up in ZooKeeper where the brokers of a cluster are.</summary>
internal static class ZooKeeperBrokers
{
    private const string Ids = "/brokers/ids";

    // The 30 s of Kafka's tools; so long a connection is waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The addresses of all live brokers, as <c>--bootstrap-server</c> takes them.</summary>
    /// <exception cref="ToolException">ZooKeeper does not answer, or knows no broker with a plaintext listener.</exception>
    public static async Task<string> FindAsync(string connectString, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            await using var client = ZooKeeperClient.Start(connectString);
            await client.WaitConnectedAsync(patience.Token);
            var ids = await client.TryAsync(Operation.GetChildren(Ids), patience.Token);
            var brokers = new List<string>();
            foreach (string id in (ids.ValueOrDefault ?? []).OrderBy(static id => id.Length).ThenBy(static id => id, StringComparer.Ordinal))
            {
                var node = await client.TryAsync(Operation.GetData($"{Ids}/{id}"), patience.Token);
                if (node is { IsOk: true, ValueOrDefault.Data: { } data })
                    brokers.AddRange(AddressesOf(data));
            }

            return brokers.Count > 0
                ? string.Join(',', brokers)
                : throw new ToolException($"There is no broker with a plaintext listener in {Ids} of the ZooKeeper at {connectString}");
        }
        catch (FormatException e)
        {
            throw new ToolException($"--zookeeper: {e.Message}");
        }
        catch (KeeperException e)
        {
            throw new ToolException($"--zookeeper {connectString}: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ToolException($"Timed out waiting for a connection to the ZooKeeper at {connectString}");
        }
    }

    // Listeners have names of their own; the map tells which of them need neither TLS nor SASL. Before Kafka 0.10.2 there was no map.
    private static List<string> AddressesOf(ReadOnlyMemory<byte> data)
    {
        const string Plaintext = "PLAINTEXT";
        var addresses = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(data);
            if (!document.RootElement.TryGetProperty("endpoints", out var endpoints))
                return [$"{document.RootElement.GetProperty("host").GetString()}:{document.RootElement.GetProperty("port").GetInt32()}"];
            bool hasMap = document.RootElement.TryGetProperty("listener_security_protocol_map", out var map);
            foreach (var endpoint in endpoints.EnumerateArray())
            {
                string text = endpoint.GetString() ?? "";
                int end = text.IndexOf("://", StringComparison.Ordinal);
                if (end > 0 && (hasMap ? map.GetProperty(text[..end]).GetString() : text[..end]) == Plaintext)
                    addresses.Add(text[(end + 3)..]);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // No broker wrote that; another one may be good.
        }

        return addresses;
    }
}
