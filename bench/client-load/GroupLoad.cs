using System.Globalization;
using Samsa.Client.Consumer;

namespace Samsa.Bench.ClientLoad;

/// <summary>
/// Many members of one group in this process, each a consumer with connections of its own. All subscribe at once; every one is done with its
/// first record, and stays a member until the last one is.
/// </summary>
internal sealed class GroupLoad(string brokers, string topic, string group, IReadOnlyList<KeyValuePair<string, string>> settings)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    public async Task<string> RunAsync(int members)
    {
        var consumers = new List<KafkaConsumer>(members);
        for (int i = 0; i < members; i++)
        {
            var options = new ConsumerOptions
            {
                BootstrapServers = brokers,
                GroupId = group,
                EnableAutoCommit = false,
                AutoOffsetReset = AutoOffsetReset.Earliest,
            };
            options.Set(settings);
            consumers.Add(new KafkaConsumer(options));
        }

        var meter = new Meter();
        long began = TimeProvider.System.GetTimestamp();
        using var all = new CancellationTokenSource(Patience);
        int left = members;
        double[] seconds = await Task.WhenAll(consumers.Select(async consumer =>
        {
            double first = double.NaN;
            consumer.Subscribe(topic);
            try
            {
                while (true)
                {
                    if (await consumer.PollBatchAsync(Timeout.InfiniteTimeSpan, all.Token) is null || !double.IsNaN(first))
                        continue;
                    first = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
                    if (Interlocked.Decrement(ref left) == 0)
                        await all.CancelAsync();
                }
            }
            catch (OperationCanceledException)
            {
                return first;
            }
        }));
        string figures = meter.Stop(members, 0);
        await Task.WhenAll(consumers.Select(consumer => consumer.DisposeAsync().AsTask()));
        int late = seconds.Count(double.IsNaN);
        if (late > 0)
            throw new InvalidOperationException($"{late} of {members} members had no record after {Patience.TotalSeconds:F0} s.");
        Array.Sort(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{{{figures}, \"median\": {seconds[members / 2]:F6}, \"last\": {seconds[^1]:F6}}}");
    }
}
