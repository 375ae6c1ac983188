// Reads a topic at most once: first it commits, then it processes. What was committed and not processed when the program dies is lost, and nothing is
// processed twice. For what is worthless when it is late or wrong when it comes again: a gauge on a dashboard, a text message.
//
//   dotnet run --project samples/AtMostOnce -- 127.0.0.1:9092 readings dashboard readings.txt [key=value ...]
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
        try
        {
            await consumer.CommitAsync(stopping.Token);
        }
        catch (KafkaException failure)
        {
            // Perhaps they were committed, perhaps another member has them: only without them nothing is processed twice.
            Console.Error.WriteLine($"{records.Count} records are left out: {failure.Message}");
            continue;
        }

        foreach (var record in records)
            await sink.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{record.Partition.Partition} {record.Offset} {record.Value}"));
    }
}
catch (OperationCanceledException)
{
    // What was polled is processed; the consumer leaves its group.
    return 0;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
