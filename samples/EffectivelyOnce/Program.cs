// Sums up a topic of payments so that every record counts once, whatever dies when: records come at least once, and the sink keeps with its totals up to
// where they were taken in, so that it knows a record that comes again. A database does the same with both in one transaction.
//
//   dotnet run --project samples/EffectivelyOnce -- 127.0.0.1:9092 payments ledger totals [key=value ...]
//
// Keys are accounts, values amounts; each partition has a file in the folder. More settings of the consumer have Kafka's names (session.timeout.ms=10000).
using System.Runtime.InteropServices;
using EffectivelyOnce;
using Samsa.Client;
using Samsa.Client.Consumer;
using Samsa.Client.Serialization;

if (args.Length < 4)
{
    Console.Error.WriteLine("BOOTSTRAP TOPIC GROUP FOLDER [key=value ...]");
    return 64;
}

var options = new ConsumerOptions
{
    BootstrapServers = args[0],
    GroupId = args[2],
    AutoOffsetReset = AutoOffsetReset.Earliest,
    EnableAutoCommit = false,
};
options.Set(args.Skip(4).Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], pair[^1])));

using var stopping = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
await using var consumer = new KafkaConsumer<string, string>(options, Deserializers.Utf8, Deserializers.Utf8);
var store = new TotalsStore(args[3]);
consumer.Subscribe(args[1]);
try
{
    while (true)
    {
        var records = await consumer.PollAsync(Timeout.InfiniteTimeSpan, stopping.Token);
        foreach (var partition in records.GroupBy(record => record.Partition))
            store.Apply(partition.Key, [.. partition]);

        try
        {
            // Only saves work: the store knows what it has.
            await consumer.CommitAsync();
        }
        catch (KafkaException failure)
        {
            Console.Error.WriteLine($"{records.Count} records may come again: {failure.Message}");
        }
    }
}
catch (OperationCanceledException)
{
    return 0;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
