using Samsa.Client.Consumer;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>Waiting for what will come, within a limit that only a fault reaches.</summary>
internal static class Conditions
{
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task UntilAsync(Func<bool> condition, CancellationToken cancellation)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Limit, "The condition did not come true.");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellation);
        }
    }

    /// <summary>Exactly so many records; fails when they do not come.</summary>
    public static async Task<List<ConsumerRecord<string, string>>> TakeAsync(this KafkaConsumer<string, string> consumer, int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        List<ConsumerRecord<string, string>> records = [];
        await foreach (var record in consumer.ConsumeAsync(limit.Token))
        {
            records.Add(record);
            if (records.Count == count)
            {
                return records;
            }
        }

        return records;
    }
}
