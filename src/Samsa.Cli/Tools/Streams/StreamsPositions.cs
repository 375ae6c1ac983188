using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.ConsumerGroups;
using Samsa.Cli.Tools.Options;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Streams;

/// <summary>Where the group of an application will go on in its input topics.</summary>
internal sealed class StreamsPositions(
    KafkaAdmin admin, StreamsResetOptions declared, ParsedOptions options, TextWriter output, CancellationToken cancellation)
{
    /// <summary>The new offset of each partition; what is unusual about one is printed.</summary>
    /// <exception cref="KafkaException">The brokers cannot tell.</exception>
    /// <exception cref="FormatException">A time or duration is none.</exception>
    /// <exception cref="GroupCommandException">The file of offsets is wrong.</exception>
    public async Task<IReadOnlyDictionary<TopicPartition, long>> OfAsync(string group, IReadOnlyCollection<TopicPartition> partitions)
    {
        if (options.Has(declared.ToLatest))
            return await EndsAsync(partitions);
        if (options.Value(declared.ToDatetime) is { } time)
            return await AtAsync(partitions, JavaTime.ParseTime(time));
        if (options.Value(declared.ByDuration) is { } duration)
            return await AtAsync(partitions, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - (long)JavaTime.ParseDuration(duration).TotalMilliseconds);
        if (options.Has(declared.ToOffset))
        {
            long offset = options.Value(declared.ToOffset);
            return await WithinLogAsync(partitions, partitions.ToDictionary(p => p, _ => offset));
        }

        if (options.Has(declared.ShiftBy))
        {
            long by = options.Value(declared.ShiftBy);
            return await WithinLogAsync(partitions, (await CurrentAsync(group, partitions)).ToDictionary(p => p.Key, p => p.Value + by));
        }

        if (options.Value(declared.FromFile) is { } file)
        {
            // A partition that is not in the file stays where it is.
            var planned = ResetPlan.Read(file, [group]).Of(group).Where(p => partitions.Contains(p.Key)).ToDictionary();
            var moved = await WithinLogAsync(partitions, planned);
            return (await CurrentAsync(group, partitions)).ToDictionary(p => p.Key, p => moved.GetValueOrDefault(p.Key, p.Value));
        }

        return await AskAsync(partitions, OffsetSpec.Earliest);
    }

    /// <summary>The ends of partitions.</summary>
    /// <exception cref="KafkaException">The brokers cannot tell.</exception>
    public Task<Dictionary<TopicPartition, long>> EndsAsync(IReadOnlyCollection<TopicPartition> partitions) => AskAsync(partitions, OffsetSpec.Latest);

    // Where there is no offset yet, a consumer without a setting of its own begins at the end.
    private async Task<Dictionary<TopicPartition, long>> CurrentAsync(string group, IReadOnlyCollection<TopicPartition> partitions)
    {
        var committed = (await admin.ListGroupOffsetsAsync([group], cancellation: cancellation))[0];
        committed.ThrowIfFailed();
        var ends = await EndsAsync([.. partitions.Where(p => !committed.Offsets.ContainsKey(p))]);
        return partitions.ToDictionary(p => p, p => committed.Offsets.TryGetValue(p, out CommittedOffset known) ? known.Offset : ends[p]);
    }

    private async Task<Dictionary<TopicPartition, long>> AtAsync(IReadOnlyCollection<TopicPartition> partitions, long time)
    {
        var found = await AskAsync(partitions, OffsetSpec.At(DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, time))));
        TopicPartition[] later = [.. JavaHashOrder.Of([.. partitions]).Where(p => found[p] < 0)];
        foreach (var (topic, partition) in later)
            await output.WriteLineAsync($"Partition {partition} from topic {topic} is empty, without a committed record. Falling back to latest known offset.");
        foreach (var (partition, end) in await EndsAsync(later))
            found[partition] = end;
        return found;
    }

    // The end itself counts as outside, as in Kafka's tool; what comes of it is the same.
    private async Task<Dictionary<TopicPartition, long>> WithinLogAsync(
        IReadOnlyCollection<TopicPartition> partitions, IReadOnlyDictionary<TopicPartition, long> wanted)
    {
        var starts = await AskAsync([.. wanted.Keys], OffsetSpec.Earliest);
        var ends = await EndsAsync([.. wanted.Keys]);
        var offsets = new Dictionary<TopicPartition, long>();
        foreach (var partition in JavaHashOrder.Of([.. partitions]).Where(wanted.ContainsKey))
        {
            long offset = wanted[partition];
            if (offset >= ends[partition])
            {
                await output.WriteLineAsync($"New offset ({offset}) is higher than latest offset. Value will be set to {ends[partition]}");
                offset = ends[partition];
            }
            else if (offset < starts[partition])
            {
                await output.WriteLineAsync($"New offset ({offset}) is lower than earliest offset. Value will be set to {starts[partition]}");
                offset = starts[partition];
            }

            offsets[partition] = offset;
        }

        return offsets;
    }

    private async Task<Dictionary<TopicPartition, long>> AskAsync(IReadOnlyCollection<TopicPartition> partitions, OffsetSpec spec)
    {
        var offsets = new Dictionary<TopicPartition, long>();
        foreach (var result in await admin.ListOffsetsAsync(partitions.ToDictionary(p => p, _ => spec), cancellation: cancellation))
        {
            result.ThrowIfFailed();
            offsets.Add(result.Partition, result.Offset);
        }

        return offsets;
    }
}
