// Reads a topic at least once: first it processes, then it commits. What was processed and not committed when the program dies comes again, and nothing is
// lost. For what may be done twice: an upsert, a search index, a cache.
//
//   dotnet run --project samples/AtLeastOnce -- 127.0.0.1:9092 orders warehouse orders.txt [key=value ...]
//
// Writes a line for each record to the file. More settings of the consumer have Kafka's names (session.timeout.ms=10000).
using System.Globalization;
using System.Runtime.InteropServices;
using Samsa.Client;
using Samsa.Client.Consumer;
using Samsa.Client.Serialization;

if (args.Length < 4)
{
    Console.Error.WriteLine("BOOTSTRAP TOPIC GROUP FILE [key=value ...]");
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
await using var sink = new StreamWriter(args[3], append: true) { AutoFlush = true };
consumer.Subscribe(args[1]);
try
{
    while (true)
    {
        var records = await consumer.PollAsync(Timeout.InfiniteTimeSpan, stopping.Token);
        foreach (var record in records)
            await sink.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{record.Partition.Partition} {record.Offset} {record.Value}"));

        try
        {
            // Not the token: what is processed should be committed, also at the end.
            await consumer.CommitAsync();
        }
        catch (KafkaException failure)
        {
            // The next commit of these partitions covers them, or whoever has them now processes them again.
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
