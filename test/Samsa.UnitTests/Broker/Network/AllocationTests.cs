using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Api;
using Samsa.Broker.Metrics;
using Samsa.Broker.Network;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Xunit;

namespace Samsa.UnitTests.Broker.Network;

public sealed class AllocationTests
{
    // Fewer than a turn of the read loop, so that it all runs on this thread, where allocations are counted.
    private const int Requests = 60;

    [Fact]
    public void A_request_that_is_answered_at_once_allocates_its_messages_and_little_else()
    {
        var stream = Enumerable.Range(0, Requests).SelectMany(i => ConnectionHarness.Heartbeat(i, 1)).ToArray();
        var response = new HeartbeatResponse();
        var table = new ApiTable().Add<HeartbeatRequest>(
            ApiKey.Heartbeat, 0, short.MaxValue, (_, _) => new ValueTask<IMessage?>(response));
        var services = new ConnectionServices(
            table,
            new SocketServerOptions(),
            new RequestMemory(-1),
            new BrokerMetrics(TimeProvider.System),
            new ConnectionLog(NullLogger.Instance, TimeProvider.System),
            TimeProvider.System);
        long least = long.MaxValue;
        for (var round = 0; round < 20; round++)
        {
            using var transport = new CannedTransport(stream);
            using var connection = new BrokerConnection(transport, "PLAINTEXT", 1, services);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var running = connection.RunAsync();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(running.IsCompletedSuccessfully);
            Assert.Equal(Requests, transport.Answers);
            least = Math.Min(least, allocated);
        }

        // Header, request, their three strings, context, frame, pending answer and writer; no task, no closure, no array.
        Assert.True(least / Requests < 800, $"{least / Requests} bytes were allocated per request.");
    }

    private sealed class CannedTransport(byte[] stream) : ITransport
    {
        private int _position;

        public int Answers { get; private set; }

        public EndPoint? LocalEndPoint => null;

        public EndPoint? RemoteEndPoint => null;

        public long BytesMoved => _position;

        public ValueTask WaitForBytesAsync() => ValueTask.CompletedTask;

        public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
        {
            var count = Math.Min(buffer.Length, stream.Length - _position);
            stream.AsMemory(_position, count).CopyTo(buffer);
            _position += count;
            return new ValueTask<int>(count);
        }

        public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, bool moreFollows)
        {
            for (var at = 0; at < bytes.Length; at += 4 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.Span[at..]))
            {
                Answers++;
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask SendAsync(IRecordRegion region) => throw new NotSupportedException();

        public void StopReceiving()
        {
        }

        public void Dispose()
        {
        }
    }
}
