using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>What one request costs in garbage, from the decoded request to the answer. The bounds are 1.5 times what was measured.</summary>
public sealed class HandlerAllocationTests(ITestOutputHelper output)
{
    private const int WarmUp = 500;
    private const int Measured = 1000;

    [Fact]
    public async Task A_produce_of_16_KiB_allocates_little()
    {
        await using var broker = await HandlerHarness.OpenAsync();
        var batch = WireRecords.Batch(new RecordBatchOptions(), 16, valueSize: 1000);
        var request = WireCalls.ProduceRequest(HandlerHarness.Topic, batch, 9);

        var bytes = Measure(() =>
        {
            RecordBatch.SetBaseOffset(batch, 0);
            var handling = broker.ProduceAsync(request);
            Assert.True(handling.IsCompletedSuccessfully);
            var answer = ((ProduceResponse)handling.GetAwaiter().GetResult()!).Responses[0].PartitionResponses[0];
            if (answer.ErrorCode != ErrorCode.None)
                Assert.Fail($"{answer.ErrorCode}: {answer.ErrorMessage}");
        });

        output.WriteLine($"{bytes} bytes per produce");
        Assert.InRange(bytes, 0, 800);
    }

    [Fact]
    public async Task A_fetch_allocates_little()
    {
        await using var broker = await HandlerHarness.OpenAsync();
        for (var i = 0; i < 10; i++)
            await broker.ProduceAsync(WireCalls.ProduceRequest(HandlerHarness.Topic, WireRecords.Batch(new RecordBatchOptions(), 16, valueSize: 1000), 9));
        var request = WireCalls.FetchRequest(HandlerHarness.Topic, 32, 11);

        var bytes = Measure(() =>
        {
            var handling = broker.FetchAsync(request);
            Assert.True(handling.IsCompletedSuccessfully);
            var answer = ((FetchResponse)handling.GetAwaiter().GetResult()!).Responses[0].Partitions[0];
            if (answer.Records.Region is not IDisposable region)
                Assert.Fail($"{answer.ErrorCode}, without records");
            else
                region.Dispose();
        });

        output.WriteLine($"{bytes} bytes per fetch");
        Assert.InRange(bytes, 0, 1730);
    }

    // The handlers finish on the caller's thread, so its own counter sees everything.
    private static long Measure(Action call)
    {
        for (var i = 0; i < WarmUp; i++)
            call();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Measured; i++)
            call();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Measured;
    }
}
