using System.Text;
using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Client.Producer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.IntegrationTests.Client;

/// <summary>Reads a partition with plain fetches, so that what producers wrote is judged without the consumer.</summary>
internal static class RawLog
{
    /// <summary>The keys and values of a partition from its first record to its end, with the codec of their batches.</summary>
    public static async Task<List<(long Offset, string? Key, string? Value, CompressionType Codec)>> ReadAsync(
        string bootstrapServers, string topic, int partition, CancellationToken cancellation)
    {
        await using var client = new ClusterClient(new ProducerOptions { BootstrapServers = bootstrapServers });
        var metadata = await client.Metadata.TopicAsync(topic, TimeSpan.FromMinutes(1), cancellation);
        var connection = await client.ConnectAsync(metadata.Partitions[partition].Leader, ConnectionPurpose.Fetch, cancellation);
        var version = connection.Versions.Choose(ClientApis.Fetch);
        List<(long, string?, string?, CompressionType)> records = [];
        using var reader = new RecordReader();
        for (long next = 0; ;)
        {
            var request = new FetchRequest
            {
                MaxWaitMs = 0,
                MinBytes = 0,
                MaxBytes = 1 << 20,
                Topics = [new() { Topic = topic, TopicId = metadata.TopicId, Partitions = [new() { Partition = partition, FetchOffset = next, PartitionMaxBytes = 1 << 20 }] }],
            };
            var response = await connection.SendAsync(ClientApis.Fetch, version, request, cancellation: cancellation);
            var answer = response.Responses[0].Partitions[0];
            Assert.Equal(ErrorCode.None, answer.ErrorCode);
            var batches = new RecordBatchEnumerator(answer.Records.ToArray());
            while (batches.MoveNext())
            {
                foreach (var record in reader.Read(batches.Current))
                {
                    if (record.Offset >= next)
                    {
                        records.Add((record.Offset, Text(record.Key), Text(record.Value), batches.Current.Compression));
                        next = record.Offset + 1;
                    }
                }
            }

            if (next >= answer.HighWatermark)
            {
                return records;
            }
        }
    }

    private static string? Text(OptionalBytes bytes) => bytes.IsNull ? null : Encoding.UTF8.GetString(bytes.Span);
}
