using System.Globalization;
using System.Text;
using Samsa.Client.Admin;
using Samsa.Client.Producer;
using Samsa.IntegrationTests.Support;
using Samsa.Protocol;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Samples;

/// <summary>
/// The samples of docs/delivery.md keep their promises when they are killed at the worst moment: a <see cref="BrokerGate"/> lets them stand still there.
/// </summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    private const string Topic = "payments";
    private const string Group = "g";
    private const int Before = 30;
    private const int After = 20;

    private readonly BrokerGate _gate = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("samsa-samples-");
    private SamsaBroker _broker = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Sink => Path.Combine(_folder.FullName, "sink");

    public async ValueTask InitializeAsync()
    {
        _broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            Overrides = new Dictionary<string, string>
            {
                // Clients are sent through the gate.
                ["advertised.listeners"] = $"PLAINTEXT://127.0.0.1:{_gate.Port.ToString(CultureInfo.InvariantCulture)}",
                ["group.initial.rebalance.delay.ms"] = "0",
                ["offsets.topic.num.partitions"] = "1",
                ["num.partitions"] = "1",
            },
        });
        _gate.BrokerPort = int.Parse(_broker.BootstrapServers.Split(':')[1], CultureInfo.InvariantCulture);
        await ProduceAsync(0, Before);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        await _gate.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task At_most_once_loses_what_was_committed_and_not_processed_and_does_nothing_twice()
    {
        // Committed, and it does not know: nothing is processed yet.
        var committed = await KilledAsync("AtMostOnce", CommitHold.Answers, () => true);
        Assert.True(committed > 0);
        Assert.Empty(Lines());

        await using (var next = Start("AtMostOnce"))
        {
            await ProduceAsync(Before, After);
            await UntilAsync(next, () => Lines().Contains(Line(Before + After - 1)));
        }

        // The rest once, in order.
        Assert.Equal(Enumerable.Range((int)committed, Before + After - (int)committed).Select(Line), Lines());
    }

    [Fact]
    public async Task At_least_once_does_twice_what_was_processed_and_not_committed_and_loses_nothing()
    {
        // Everything that it took is processed, and it waits for the commit.
        var committed = await KilledAsync("AtLeastOnce", CommitHold.Requests, () => Lines().Length > 0);
        Assert.Equal(0, committed);
        var first = Lines();

        await using (var next = Start("AtLeastOnce"))
        {
            await ProduceAsync(Before, After);
            await UntilAsync(next, () => Lines().Contains(Line(Before + After - 1)));
        }

        Assert.Equal([.. first, .. Enumerable.Range(0, Before + After).Select(Line)], Lines());
    }

    [Fact]
    public async Task Effectively_once_counts_every_record_once_however_often_it_is_killed()
    {
        // The sink has them, the group has not.
        Assert.Equal(0, await KilledAsync("EffectivelyOnce", CommitHold.Requests, () => Lines().Length > 0));
        Assert.Equal(Totals(Taken()), string.Join('\n', Lines()));

        // They come again, and count no more; now the group has them, too.
        var committed = await KilledAsync("EffectivelyOnce", CommitHold.Answers, () => true);
        Assert.Equal(committed, Taken());
        Assert.Equal(Totals(Taken()), string.Join('\n', Lines()));

        await using (var next = Start("EffectivelyOnce"))
        {
            await ProduceAsync(Before, After);
            await UntilAsync(next, () => Taken() == Before + After);
            Assert.Equal(0, await next.EndAsync());
        }

        Assert.Equal(Totals(Before + After), string.Join('\n', Lines()));
    }

    private static string Line(int number) => string.Create(CultureInfo.InvariantCulture, $"0 {number} {number}");

    // What the totals are after so many records: amount i goes to account i % 3.
    private static string Totals(int count) => string.Join('\n', Enumerable.Range(0, 3)
        .Select(account => $"account-{account} {Enumerable.Range(0, count).Where(i => i % 3 == account).Sum()}")
        .Prepend(count.ToString(CultureInfo.InvariantCulture)));

    // How many records the store has.
    private int Taken() => int.Parse(Lines()[0], CultureInfo.InvariantCulture);

    // The lines of the file, or of the store's file of the partition, that are complete.
    private string[] Lines()
    {
        var file = Directory.Exists(Sink) ? Path.Combine(Sink, Topic + "-0.totals") : Sink;
        if (!File.Exists(file))
            return [];
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var text = reader.ReadToEnd();
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // Under a name of its own the next process gets the partitions of a dead one without waiting for its session to end.
    private SampleProgram Start(string sample) => SampleProgram.Start(
        sample, $"127.0.0.1:{_gate.Port.ToString(CultureInfo.InvariantCulture)}", Topic, Group, Sink, "group.instance.id=one");

    /// <summary>Runs a sample up to a commit, and kills it there.</summary>
    /// <returns>What is committed then.</returns>
    private async Task<long> KilledAsync(string sample, CommitHold hold, Func<bool> done)
    {
        var held = _gate.HoldAsync(hold);
        await using (var program = Start(sample))
        {
            await UntilAsync(program, () => held.IsCompleted && done());
            await program.KillAsync();
        }

        _gate.Release();
        await using var admin = new KafkaAdmin(new AdminOptions { BootstrapServers = _broker.BootstrapServers });
        var groups = await admin.ListGroupOffsetsAsync([Group], cancellation: Cancellation);
        return groups[0].Offsets.TryGetValue(new TopicPartition(Topic, 0), out var offset) ? offset.Offset : 0;
    }

    private static async Task UntilAsync(SampleProgram program, Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.False(program.HasEnded, program.Said);
            Assert.True(TimeProvider.System.GetElapsedTime(start) < SamsaProgram.Patience, $"The condition did not come true. {program.Said}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
        }
    }

    private async Task ProduceAsync(int from, int count)
    {
        await using var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers });
        for (var i = from; i < from + count; i++)
        {
            await producer.SendAsync(
                new ProducerRecord
                {
                    Topic = Topic,
                    Partition = 0,
                    Key = Encoding.UTF8.GetBytes($"account-{(i % 3).ToString(CultureInfo.InvariantCulture)}"),
                    Value = Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)),
                },
                Cancellation);
        }

        await producer.FlushAsync(Cancellation);
    }
}
