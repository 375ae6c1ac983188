using System.Globalization;
using Samsa.Client.Producer;

namespace Samsa.Bench.ClientLoad;

/// <summary>Sends one record at a time at a fixed rate, and takes the time until each is acknowledged.</summary>
internal sealed class LatencyLoad(string brokers, string topic, IEnumerable<KeyValuePair<string, string>> settings)
{
    private static readonly TimeProvider Time = TimeProvider.System;

    private long[] _latencies = [];
    private int _taken;
    private int _left;
    private TaskCompletionSource _done = new();

    public async Task<string> RunAsync(long warm, long count, int size, double rate)
    {
        var options = new ProducerOptions { BootstrapServers = brokers, Linger = TimeSpan.Zero, EnableIdempotence = false };
        options.Set(settings);
        await using var producer = new KafkaProducer(options);
        byte[] payload = Payloads.Make(size, seed: 7);
        await producer.ProduceAsync(topic, default, payload);
        await SendAsync(producer, payload, Math.Max(1, warm), rate);
        var meter = new Meter();
        await SendAsync(producer, payload, count, rate);
        string figures = meter.Stop(count, count * size);
        Array.Sort(_latencies);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{{{figures}, \"p50\": {Quantile(0.5):F6}, \"p99\": {Quantile(0.99):F6}, \"p999\": {Quantile(0.999):F6}, \"max\": {Seconds(_latencies[^1]):F6}}}");
    }

    private static double Seconds(long ticks) => (double)ticks / Time.TimestampFrequency;

    private double Quantile(double quantile) => Seconds(_latencies[(int)(_latencies.Length * quantile)]);

    private async Task SendAsync(KafkaProducer producer, byte[] payload, long count, double rate)
    {
        _latencies = new long[count];
        _taken = 0;
        _left = (int)count;
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // On a thread of its own, as load.c: it may spin.
        await Task.Factory.StartNew(() => Pace(producer, payload, count, rate), TaskCreationOptions.LongRunning);
        await _done.Task;
    }

    private void Pace(KafkaProducer producer, byte[] payload, long count, double rate)
    {
        long start = Time.GetTimestamp();
        using var nap = new ManualResetEventSlim();
        for (long i = 0; i < count; i++)
        {
            long due = start + (long)(i / rate * Time.TimestampFrequency);
            for (long left = due - Time.GetTimestamp(); left > 0; left = due - Time.GetTimestamp())
            {
                if (Seconds(left) > 0.001)
                    nap.Wait(1);
                else
                    Thread.Yield();
            }

            _ = TakeAsync(producer.ProduceAsync(topic, default, payload), Time.GetTimestamp());
        }
    }

    private async Task TakeAsync(ValueTask<RecordMetadata> delivery, long sent)
    {
        await delivery.ConfigureAwait(false);
        _latencies[Interlocked.Increment(ref _taken) - 1] = Time.GetTimestamp() - sent;
        if (Interlocked.Decrement(ref _left) == 0)
            _done.SetResult();
    }
}
