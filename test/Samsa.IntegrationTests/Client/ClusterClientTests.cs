using Samsa.Client.Configuration;
using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Client;

/// <summary>The ground that all clients stand on, over real sockets.</summary>
public sealed class ClusterClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_finds_the_cluster_makes_a_topic_and_survives_a_restart_of_the_broker()
    {
        await using var broker = await SamsaBroker.StartAsync();
        await using var client = new ClusterClient(new Options { BootstrapServers = $"127.0.0.1:1,{broker.BootstrapServers}" }, allowAutoTopicCreation: true);

        var topic = await client.Metadata.TopicAsync("orders", TimeSpan.FromMinutes(1), Cancellation);
        Assert.NotEqual(Guid.Empty, topic.TopicId);
        var leader = topic.Partitions[0].Leader;
        var before = await client.ConnectAsync(leader, ConnectionPurpose.Control, Cancellation);
        await broker.RestartAsync();
        await before.Closed;

        var cluster = await client.RetryAsync(
            async cancellation =>
            {
                var connection = await client.ConnectAsync(leader, ConnectionPurpose.Control, cancellation);
                var version = connection.Versions.Choose(ClientApis.DescribeCluster);
                return await connection.SendAsync(ClientApis.DescribeCluster, version, new DescribeClusterRequest(), cancellation: cancellation);
            },
            TimeSpan.FromMinutes(1),
            Cancellation);

        Assert.Equal(ErrorCode.None, cluster.ErrorCode);
        Assert.Equal(client.Metadata.Snapshot.ClusterId, cluster.ClusterId);
    }

    private sealed class Options : ClientOptions
    {
        private static readonly OptionTable<Options> Keys = new("a test");

        private protected override IOptionTable Table => Keys;
    }
}
