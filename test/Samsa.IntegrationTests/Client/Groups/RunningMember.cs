using System.Collections.Concurrent;
using Samsa.Client.Consumer;
using Samsa.Client.Serialization;
using Samsa.Protocol;

namespace Samsa.IntegrationTests.Client.Groups;

/// <summary>A consumer of a group that reads in the background until it is closed, and remembers what it heard.</summary>
internal sealed class RunningMember : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<string> _heard = new();
    private readonly ConcurrentQueue<ConsumerRecord<string, string>> _records = new();
    private readonly Task _reading;
    private volatile TopicPartition[] _partitions = [];

    public RunningMember(ConsumerOptions options, Action<KafkaConsumer<string, string>, RebalanceListener> subscribe)
    {
        Consumer = new KafkaConsumer<string, string>(options, Deserializers.Utf8, Deserializers.Utf8);
        subscribe(Consumer, new RebalanceListener { Assigned = Heard("assigned"), Revoked = Heard("revoked"), Lost = Heard("lost") });
        _reading = ReadAsync();
    }

    public KafkaConsumer<string, string> Consumer { get; }

    /// <summary>The partitions that it has now.</summary>
    public IReadOnlyCollection<TopicPartition> Partitions => _partitions;

    /// <summary>Every call of a handler, as "assigned t-0 t-1".</summary>
    public IReadOnlyCollection<string> Events => _heard;

    public IReadOnlyCollection<ConsumerRecord<string, string>> Records => _records;

    /// <summary>What is done with each record.</summary>
    public Func<ConsumerRecord<string, string>, ValueTask> Work { get; set; } = static _ => ValueTask.CompletedTask;

    /// <summary>Stops to read, without closing the consumer.</summary>
    public async Task PauseAsync()
    {
        await _stopping.CancelAsync();
        await _reading;
    }

    public async ValueTask DisposeAsync()
    {
        await PauseAsync();
        await Consumer.DisposeAsync();
        _stopping.Dispose();
    }

    private RebalanceHandler Heard(string what) => (partitions, _) =>
    {
        var names = partitions.Select(p => p.ToString()).Order(StringComparer.Ordinal);
        _heard.Enqueue(string.Join(' ', [what, .. names]));
        _partitions = what == "assigned" ? [.. Consumer.Assignment] : [.. Consumer.Assignment.Except(partitions)];
        return ValueTask.CompletedTask;
    };

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var record in Consumer.ConsumeAsync(_stopping.Token))
            {
                await Work(record);
                _records.Enqueue(record);
            }
        }
        catch (OperationCanceledException)
        {
            // It is closed, or paused.
        }
    }
}
