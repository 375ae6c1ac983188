using System.Collections.Immutable;
using System.Globalization;
using Samsa.Broker.Metadata;
using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>
/// A random life of a node, given by a seed: appends, flushes, rolls, retention, compaction, deletion of records, truncation, topics that come
/// and go, checkpoints, stops and kills. At every change that it makes to its disk the power is cut on a copy, and
/// <see cref="NodeCheck"/> looks at what is left.
/// </summary>
internal sealed class CrashRun
{
    private static readonly DateTimeOffset Begin = DateTimeOffset.FromUnixTimeMilliseconds(1_795_220_000_000);
    private static readonly string[] Names = ["a", "b", StorageNode.CompactedTopic];

    private readonly int _seed;
    private readonly long? _onlyCut;
    private readonly Random _random;
    private readonly LogConfig _config;
    private readonly List<CutPoint> _cuts = [];
    private CrashDisk _disk = new();
    private long _cutsBefore;
    private NodeState _before = NodeState.Empty;
    private NodeState _after = NodeState.Empty;
    private StorageNode? _node;

    /// <param name="seed">Makes the run.</param>
    /// <param name="onlyCut">Only this cut is looked at; all of them by default.</param>
    public CrashRun(int seed, long? onlyCut = null)
    {
        _seed = seed;
        _onlyCut = onlyCut;
        _random = new Random(seed);
        _config = LogConfig.Default with
        {
            SegmentBytes = _random.Next(500, 2500),
            IndexIntervalBytes = _random.Next(3) * 150,
            SegmentIndexBytes = _random.Next(2) == 0 ? 60 : 4096,
            RetentionMs = -1,
            FileDeleteDelayMs = 1000,
            DeleteRetentionMs = _random.Next(1, 100),
            Preallocate = _random.Next(8) == 0,
        };
    }

    /// <summary>How many cuts were looked at.</summary>
    public int Cuts { get; private set; }

    /// <summary>How many compactions there were.</summary>
    public int Compactions { get; private set; }

    private StorageNode Node => _node ?? throw new InvalidOperationException("The node is not running");

    private NodeState State => _before;

    public async Task ExecuteAsync(int steps)
    {
        Watch();
        await DoAsync(State, StartAsync);
        await CreateTopicAsync(_random.Next(2) == 0 ? StorageNode.CompactedTopic : Names[0]);
        for (var i = 0; i < steps; i++)
        {
            await StepAsync(_random.Next(100));
        }

        await StopAsync();
    }

    private async Task StepAsync(int dice)
    {
        switch (dice)
        {
            case < 38: await AppendAsync(acknowledgeDurably: false); break;
            case < 50: await AppendAsync(acknowledgeDurably: true); break;
            case < 55: await OnLogAsync(static (_, state) => state.Flushed(), static log => log.Flush()); break;
            case < 58: await OnLogAsync(static (_, state) => state, static log => log.Roll()); break;
            case < 62: await CompactAsync(); break;
            case < 65: await MoveLogStartAsync(); break;
            case < 69: await RetainAsync(); break;
            case < 72: await TruncateAsync(); break;
            case < 73: await RestartLogAsync(_random.Next(40)); break;
            case < 78: await DoAsync(State.Map(static log => log with { PromisedStart = log.Start }), WriteCheckpoints); break;
            case < 82: await DoAsync(State, () => RunDelayed(_random.Next(2) * 1000)); break;
            case < 86: await CreateTopicAsync(Names[_random.Next(Names.Length)]); break;
            case < 88: await DeleteTopicAsync(); break;
            case < 90: await AddPartitionAsync(); break;
            case < 92: await AlterTopicAsync(); break;
            case < 93: await AllocateProducerIdsAsync(); break;
            case < 96: await StopAsync(); await DoAsync(State, StartAsync); break;
            case < 98: await KillAsync(); break;
            default: await CutPowerAsync(); break;
        }
    }

    // The model is what was promised before, and what will be after, while the operation runs; then every cut in it is looked at.
    private async Task DoAsync(NodeState after, Func<Task> operation)
    {
        _after = after;
        await operation();
        _before = _after;
        foreach (var cut in _cuts)
        {
            await VerifyAsync(cut);
        }

        _cuts.Clear();
    }

    private Task DoAsync(NodeState after, Action operation) => DoAsync(after, () =>
    {
        operation();
        return Task.CompletedTask;
    });

    private async Task VerifyAsync(CutPoint cut)
    {
        Cuts++;
        try
        {
            await new NodeCheck(_config, Begin, new Random(Mix(cut.Change))).RunAsync(cut.Disk, cut.Before, cut.After);
        }
        catch (Exception failure)
        {
            throw new CrashFailedException(
                $"seed {_seed}, cut {cut.Change}, before '{cut.Description}': {failure.Message}\n{string.Join('\n', cut.Latest)}", failure);
        }
    }

    private void Watch()
    {
        var disk = _disk;
        var offset = _cutsBefore;
        disk.BeforeChange = description =>
        {
            var number = offset + disk.Changes;
            if (_onlyCut is null || _onlyCut == number)
            {
                _cuts.Add(new CutPoint(number, description, disk.CutPower(new Random(Mix(number))), _before, _after, disk.Latest));
            }
        };
    }

    private int Mix(long number) => unchecked((_seed * 1_000_003) ^ ((int)number * 7919));

    private async Task StartAsync() => _node = await StorageNode.StartAsync(_disk, _config, _node?.Clock.GetUtcNow() ?? Begin);

    private Task StopAsync() =>
        DoAsync(State.Map(static log => log.Flushed() with { PromisedStart = log.Start }), () => Node.StopAsync());

    // kill -9: the page cache stays, so nothing at all may be missing.
    private async Task KillAsync()
    {
        var known = State;
        await DoAsync(State, StartAsync);
        var found = NodeCheck.Check(Node, known, known);
        foreach (var (partition, log) in known.Logs)
        {
            Assert.Equal(log.End, found.Logs[partition].End);
        }

        _before = _after = known with
        {
            Logs = known.Logs.ToImmutableDictionary(
                static pair => pair.Key, pair => pair.Value with { Start = found.Logs[pair.Key].Start }),
        };
    }

    private async Task CutPowerAsync()
    {
        _cutsBefore += _disk.Changes;
        _disk = _disk.CutPower(_random);
        Watch();
        var known = State;
        await DoAsync(State, StartAsync);
        _before = _after = NodeCheck.Check(Node, known, known);
    }

    private async Task AppendAsync(bool acknowledgeDurably)
    {
        var (partition, hosted) = PickPartition();
        var state = State.Logs[partition];
        var batch = NextBatch(hosted, state);
        var appended = State.With(partition, state.Append(batch));
        await DoAsync(appended, () =>
        {
            var origin = batch.Marker is null ? AppendOrigin.Client : AppendOrigin.Coordinator;
            var result = hosted.Log.Append(ModelBytes.Of(batch), hosted.LeaderEpoch, origin);
            Assert.Equal((ErrorCode.None, batch.First, false), (result.Error, result.FirstOffset, result.IsDuplicate));
            hosted.Log.UpdateHighWatermark(hosted.Log.LogEndOffset);
        });
        if (acknowledgeDurably)
        {
            await DoAsync(
                appended.With(partition, appended.Logs[partition].Flushed()), () => hosted.Log.FlushAsync(batch.Last + 1));
        }
    }

    private ModelBatch NextBatch(Partition hosted, LogState state)
    {
        // 1 and 2 are idempotent, 3 and 4 transactional, the others nobody in particular.
        var producer = _random.NextInt64(1, 9);
        producer = producer > 4 ? -1 : producer;
        Node.Clock.Advance(TimeSpan.FromMilliseconds(_random.Next(40)));
        var time = Node.Clock.Milliseconds - _random.Next(30);
        var epoch = hosted.LeaderEpoch;
        var known = hosted.Log.Producers.ActiveProducers().FirstOrDefault(active => active.ProducerId == producer);
        if (known.CurrentTransactionFirstOffset >= 0 && producer >= 3 && known.ProducerId == producer && _random.Next(2) == 0)
        {
            return new ModelBatch(state.End, [""], time, epoch, producer, known.ProducerEpoch, -1, true, _random.Next(2) == 0);
        }

        var values = new string[_random.Next(1, 5)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = string.Create(CultureInfo.InvariantCulture, $"{state.End + i}:{_random.Next()}{new string('x', _random.Next(60))}");
            if (StorageNode.IsCompacted(hosted.Log.TopicPartition))
            {
                values[i] = string.Create(CultureInfo.InvariantCulture, $"k{_random.Next(6)}={(_random.Next(4) == 0 ? "" : values[i])}");
            }
        }

        if (producer < 0)
        {
            return new ModelBatch(state.End, values, time, epoch, -1, -1, -1, false, null);
        }

        // A producer of which the log knows no sequence any more begins a new epoch, as clients do (KIP-360).
        var isKnown = known.ProducerId == producer && known.LastSequence >= 0;
        var newest = state.Batches.FindLast(batch => batch.Producer == producer)?.ProducerEpoch ?? -1;
        var goesOn = isKnown && (producer >= 3 || _random.Next(10) > 0);
        var producerEpoch = goesOn ? known.ProducerEpoch : (short)(newest + 1);
        var sequence = goesOn ? known.LastSequence + 1 : 0;
        return new ModelBatch(state.End, values, time, epoch, producer, producerEpoch, sequence, producer >= 3, null);
    }

    private (TopicPartition Partition, Partition Hosted) PickPartition()
    {
        var all = State.Logs.Keys.OrderBy(static partition => partition.ToString(), StringComparer.Ordinal).ToList();
        var partition = all[_random.Next(all.Count)];
        return (partition, Node.Replicas.Find(partition.Topic, partition.Partition)!);
    }

    private Task OnLogAsync(Func<PartitionLog, LogState, LogState> expected, Action<PartitionLog> operation)
    {
        var (partition, hosted) = PickPartition();
        return DoAsync(State.With(partition, expected(hosted.Log, State.Logs[partition])), () => operation(hosted.Log));
    }

    private Task MoveLogStartAsync()
    {
        var share = _random.NextDouble();
        return OnLogAsync(
            (log, state) => state with { Start = Math.Max(state.Start, (long)(share * state.End)) },
            log => Assert.Equal(ErrorCode.None, log.IncrementLogStartOffset((long)(share * log.LogEndOffset))));
    }

    private async Task CompactAsync()
    {
        foreach (var partition in State.Logs.Keys.Where(StorageNode.IsCompacted).OrderBy(static partition => partition.Partition))
        {
            if (_random.Next(2) == 0)
            {
                // The active segment is never compacted.
                await DoAsync(State, () => Node.Replicas.Find(partition.Topic, partition.Partition)!.Log.Roll());
            }
        }

        await DoAsync(Node.MayCompact(State), () =>
        {
            _after = Node.CompactFilthiest(State);
            Compactions += ReferenceEquals(_after, State) ? 0 : 1;
        });
    }

    private Task RetainAsync()
    {
        var (partition, hosted) = PickPartition();
        var state = State.Logs[partition];
        hosted.Log.UpdateConfig(StorageNode.ConfigOf(_config, partition.Topic) with { RetentionBytes = _random.Next(3) == 0 ? -1 : _random.Next(4000) });
        return DoAsync(State.With(partition, state with { Start = state.End }), () =>
        {
            hosted.Log.ApplyRetention(Node.Clock.Milliseconds);
            _after = State.With(partition, state with { Start = hosted.Log.LogStartOffset });
        });
    }

    private Task TruncateAsync()
    {
        var (partition, hosted) = PickPartition();
        var (log, state) = (hosted.Log, State.Logs[partition]);

        // Nobody truncates below the high watermark, and nothing above it was compacted.
        var offset = _random.NextInt64(Math.Max(state.CompactedTo, state.End - 15), state.End + 2);
        if (offset < log.FirstSegmentOffset)
        {
            return RestartLogAsync(offset, partition, hosted.Log);
        }

        // A batch goes as a whole.
        var cut = state.Batches.Find(batch => batch.First <= offset && batch.Last >= offset)?.First ?? offset;
        return DoAsync(State.With(partition, state.CutAt(cut)), () =>
        {
            log.TruncateTo(offset);
            WriteOffsets();
        });
    }

    private Task RestartLogAsync(long offset)
    {
        var (partition, hosted) = PickPartition();
        return RestartLogAsync(offset, partition, hosted.Log);
    }

    private Task RestartLogAsync(long offset, TopicPartition partition, PartitionLog log) =>
        DoAsync(State.With(partition, State.Logs[partition].RestartAt(offset)), () =>
        {
            log.TruncateFullyAndStartAt(offset);
            WriteOffsets();
        });

    private void WriteOffsets() => Node.Logs.Directories[0].WriteTruncation();

    private void WriteCheckpoints() => Node.WriteCheckpoints();

    private void RunDelayed(int withinMs)
    {
        Node.Scheduler.Run(TimeSpan.FromMilliseconds(withinMs));
        Node.Clock.Advance(TimeSpan.FromMilliseconds(withinMs));
    }

    private async Task CreateTopicAsync(string name)
    {
        if (State.Topics.ContainsKey(name))
        {
            return;
        }

        var partitions = _random.Next(1, 3);
        await DoAsync(State.With(name, new TopicState(Guid.Empty, partitions, null)), async () =>
        {
            var created = (await Node.Metadata.CreateTopicsAsync([new NewTopic(name, partitions, 1)], validateOnly: false))[0];
            Assert.Equal(ErrorCode.None, created.Error.Code);
            _after = State.With(name, new TopicState(Node.Metadata.Current.Topics[name].Id, partitions, null));
        });
    }

    private async Task DeleteTopicAsync()
    {
        if (State.Topics.Count > 1)
        {
            var name = State.Topics.Keys.ElementAt(_random.Next(State.Topics.Count));
            await DoAsync(State.Without(name), () => Node.Metadata.DeleteTopicsAsync([name]));
        }
    }

    private async Task AddPartitionAsync()
    {
        var (name, topic) = State.Topics.ElementAt(_random.Next(State.Topics.Count));
        if (topic.Partitions < 3)
        {
            await DoAsync(
                State.With(name, topic with { Partitions = topic.Partitions + 1 }),
                () => Node.Metadata.CreatePartitionsAsync([new NewPartitions(name, topic.Partitions + 1, null)], validateOnly: false));
        }
    }

    private Task AlterTopicAsync()
    {
        var (name, topic) = State.Topics.ElementAt(_random.Next(State.Topics.Count));
        var value = _random.Next(1_000_000, 2_000_000).ToString(CultureInfo.InvariantCulture);
        var change = new ConfigAlteration(
            ConfigResourceType.Topic, name, [new ConfigChange("retention.ms", ConfigOperation.Set, value)]);
        return DoAsync(
            State.With(name, topic with { Retention = value }), () => Node.Metadata.AlterConfigsAsync([change], validateOnly: false));
    }

    private Task AllocateProducerIdsAsync() => DoAsync(State, async () =>
    {
        var block = await Node.Metadata.AllocateProducerIdsAsync();
        Assert.True(block.First >= State.ProducerIdsBelow);
        _after = State with { ProducerIdsBelow = block.First + block.Length };
    });
}
