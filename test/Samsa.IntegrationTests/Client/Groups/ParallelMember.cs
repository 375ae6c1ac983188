using Samsa.Client.Consumer;
using Samsa.Client.Serialization;

namespace Samsa.IntegrationTests.Client.Groups;

/// <summary>
/// A member of a group that processes in parallel (<c>RunAsync</c>) until it is closed. It can be made to stand still at a record, and to die: then it
/// finishes nothing any more.
/// </summary>
internal sealed class ParallelMember : IAsyncDisposable
{
    private const int SlowestMilliseconds = 4;

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _atTheEnd = new();
    private readonly string _name;
    private readonly ProcessingLedger _ledger;
    private readonly Task _running;
    private TaskCompletionSource<ConsumerRecord<string, string>>? _stuck;
    private volatile bool _dead;

    public ParallelMember(ConsumerOptions options, string name, string topic, ProcessingLedger ledger)
    {
        _name = name;
        _ledger = ledger;
        options.ClientId = name;
        Consumer = new KafkaConsumer<string, string>(options, Deserializers.Utf8, Deserializers.Utf8);
        Consumer.Subscribe(topic);
        _running = RunAsync();
    }

    public KafkaConsumer<string, string> Consumer { get; }

    /// <summary>Stands still at the next record, and goes on with other keys.</summary>
    /// <returns>The record.</returns>
    public Task<ConsumerRecord<string, string>> StickAsync()
    {
        var stuck = new TaskCompletionSource<ConsumerRecord<string, string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _stuck, stuck);
        return stuck.Task;
    }

    /// <summary>It begins and finishes nothing any more. Whoever lets it die cuts it off.</summary>
    public void Die()
    {
        _dead = true;
        _ledger.Bury(_name);
    }

    public async ValueTask DisposeAsync()
    {
        _atTheEnd.TrySetResult();
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Consumer.DisposeAsync();
        _stopping.Dispose();
    }

    private Task RunAsync() => Consumer.RunAsync(
        async (record, cancellation) =>
        {
            if (_dead)
                await _atTheEnd.Task;
            _ledger.Begin(_name, record);
            if (Interlocked.Exchange(ref _stuck, null) is { } stuck)
            {
                stuck.SetResult(record);
                await _atTheEnd.Task;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(record.Offset % SlowestMilliseconds), TimeProvider.System, cancellation);
            _ledger.Finish(_name, record);
        },
        new ProcessingOptions { DegreeOfParallelism = 4, StopTimeout = TimeSpan.FromSeconds(5) },
        cancellationToken: _stopping.Token);
}
