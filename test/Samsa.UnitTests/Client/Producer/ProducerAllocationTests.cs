using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Client.Producer;

public sealed class ProducerAllocationTests
{
    [Fact]
    public async Task TrySend_allocates_nothing_per_record_once_it_is_warm()
    {
        const int Records = 5000;
        const int Rounds = 20;
        var scene = new ProducerScene();
        var answers = new TaskCompletionSource();
        scene.Options.BatchSize = 2000;
        scene.Options.Linger = TimeSpan.FromMinutes(1);
        scene.Cluster.OnAsync(ApiKey.Produce, async r =>
        {
            await answers.Task;
            return Success((ProduceRequest)r.Message);
        });
        await using var producer = scene.Start();
        await producer.GetTopicAsync(ProducerScene.Topic, TestContext.Current.CancellationToken);
        var value = new byte[100];
        var least = long.MaxValue;

        // A round needs the same batches as the one before, because none comes back before its end; the first one makes them. A pool
        // or the runtime may still grow on a thread that sends for the first time: one clean round is the proof.
        for (var round = 0; round < Rounds && least > 0; round++)
        {
            answers = new TaskCompletionSource();
            least = Math.Min(least, AllocatedBy(Records));
            answers.SetResult();
            await producer.FlushAsync(TestContext.Current.CancellationToken);
            await Conditions.Until(() => producer.BufferedBytes == 0);
        }

        Assert.Equal(0, least);

        long AllocatedBy(int records)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < records; i++)
            {
                if (!producer.TrySend(ProducerScene.Topic, default, value) || !producer.TrySend(ProducerScene.Topic, "key"u8, value))
                {
                    throw new InvalidOperationException("The buffer holds all records of a round.");
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static ProduceResponse Success(ProduceRequest request) => new()
    {
        Responses =
        [
            .. request.TopicData.Select(t => new ProduceResponse.TopicProduceResponse
            {
                Name = t.Name,
                PartitionResponses = [.. t.PartitionData.Select(p => new ProduceResponse.PartitionProduceResponse { Index = p.Index })],
            }),
        ],
    };
}
