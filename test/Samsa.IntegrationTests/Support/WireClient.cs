using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;

namespace Samsa.IntegrationTests.Support;

/// <summary>
/// The smallest client: one connection, one request at a time, answers as messages. Owns its socket; one test uses it; a broker
/// that closes the connection shows as <see cref="EndOfStreamException"/>.
/// </summary>
internal sealed class WireClient : IDisposable
{
    private readonly TcpClient _connection = new() { NoDelay = true };
    private int _lastCorrelationId;

    /// <summary>Connects to <c>host:port</c>.</summary>
    public static async Task<WireClient> ConnectAsync(string server)
    {
        var client = new WireClient();
        string[] parts = server.Split(':');
        await client._connection.ConnectAsync(parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
        return client;
    }

    /// <summary>Sends a request and reads its answer.</summary>
    public async Task<TResponse> SendAsync<TResponse>(ApiKey key, short version, IMessage request)
        where TResponse : IMessage, new()
    {
        using var limit = new CancellationTokenSource(SamsaProgram.Patience);
        var stream = _connection.GetStream();
        int correlationId = ++_lastCorrelationId;
        await stream.WriteAsync(Frame(key, version, correlationId, request), limit.Token);
        byte[] length = new byte[sizeof(int)];
        await stream.ReadExactlyAsync(length, limit.Token);
        byte[] frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(frame, limit.Token);
        return Decode<TResponse>(frame, key, version, correlationId);
    }

    /// <summary>Creates a topic with one partition and fails the test when the broker does not.</summary>
    public async Task CreateTopicAsync(string name)
    {
        var request = new CreateTopicsRequest { TimeoutMs = 60_000 };
        request.Topics.Add(new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = 1, ReplicationFactor = 1 });
        var response = await SendAsync<CreateTopicsResponse>(ApiKey.CreateTopics, 5, request);
        if (response.Topics[0].ErrorCode != ErrorCode.None)
            throw new InvalidOperationException($"{name}: {response.Topics[0].ErrorCode.Name()} {response.Topics[0].ErrorMessage}");
    }

    /// <summary>Produces one record to partition 0 with acks=all.</summary>
    /// <returns>The error and the offset that the broker answered.</returns>
    public async Task<(ErrorCode Error, long Offset)> ProduceAsync(string topic, string value)
    {
        using var batch = new RecordBatchBuilder(new RecordBatchOptions());
        batch.Append(1_700_000_000_000, default, Encoding.UTF8.GetBytes(value));
        var partition = new ProduceRequest.PartitionProduceData { Index = 0, Records = new RecordSlice(batch.Build()) };
        var data = new ProduceRequest.TopicProduceData { Name = topic };
        data.PartitionData.Add(partition);
        var request = new ProduceRequest { Acks = -1, TimeoutMs = 60_000 };
        request.TopicData.Add(data);
        var answer = (await SendAsync<ProduceResponse>(ApiKey.Produce, 9, request)).Responses[0].PartitionResponses[0];
        return (answer.ErrorCode, answer.BaseOffset);
    }

    /// <summary>The offset that the next record of partition 0 gets.</summary>
    public async Task<long> EndOffsetAsync(string topic)
    {
        var wanted = new ListOffsetsRequest.ListOffsetsTopic { Name = topic };
        wanted.Partitions.Add(new ListOffsetsRequest.ListOffsetsPartition { PartitionIndex = 0, Timestamp = -1 });
        var request = new ListOffsetsRequest { ReplicaId = -1 };
        request.Topics.Add(wanted);
        return (await SendAsync<ListOffsetsResponse>(ApiKey.ListOffsets, 5, request)).Topics[0].Partitions[0].Offset;
    }

    public void Dispose() => _connection.Dispose();

    private static byte[] Frame(ApiKey key, short version, int correlationId, IMessage request)
    {
        using var writer = new WireWriter();
        var length = writer.ReserveInt32();
        var header = new RequestHeader { RequestApiKey = (short)key, RequestApiVersion = version, CorrelationId = correlationId, ClientId = "test" };
        header.Write(writer, MessageRegistry.RequestHeaderVersion(key, version));
        request.Write(writer, version);
        writer.PatchInt32(length, writer.Position - sizeof(int));
        return writer.ToArray();
    }

    private static TResponse Decode<TResponse>(byte[] frame, ApiKey key, short version, int correlationId)
        where TResponse : IMessage, new()
    {
        var reader = new WireReader(frame);
        var header = new ResponseHeader();
        header.Read(ref reader, MessageRegistry.ResponseHeaderVersion(key, version));
        if (header.CorrelationId != correlationId)
            throw new InvalidOperationException($"Answer {header.CorrelationId} came for request {correlationId}.");
        var response = new TResponse();
        response.Read(ref reader, version);
        return response;
    }
}
