using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>To which offsets a reset goes, by the one option that says so.</summary>
internal sealed class ResetScenario(
    KafkaAdmin admin, ConsumerGroupsOptions declared, ParsedOptions options, ToolConsole console, KafkaRelease release, CancellationToken cancellation)
{
    private const string Names39 = "[[to-offset], [to-current], [to-datetime], [from-file], [by-duration], [to-earliest], [to-latest], [shift-by]]";
    private const string Names43 = "[[to-latest], [by-duration], [to-datetime], [from-file], [shift-by], [to-offset], [to-earliest], [to-current]]";

    /// <summary>The new offsets of partitions of a group.</summary>
    /// <exception cref="GroupCommandException">The brokers cannot tell.</exception>
    /// <exception cref="ToolException">The command line does not say where to go.</exception>
    public async Task<IReadOnlyDictionary<TopicPartition, CommittedOffset>> OffsetsAsync(string group, IReadOnlyCollection<TopicPartition> partitions)
    {
        if (options.Has(declared.ToOffset))
            return await ToOffsetAsync(partitions);
        if (options.Has(declared.ToEarliest))
            return await AskAsync(partitions, OffsetSpec.Earliest);
        if (options.Has(declared.ToLatest))
            return await AskAsync(partitions, OffsetSpec.Latest);
        if (options.Has(declared.ShiftBy))
            return await ShiftAsync(partitions, await CommittedAsync(group));
        if (options.Has(declared.ToDatetime))
            return await AtTimeAsync(partitions, Time());
        if (options.Has(declared.ByDuration))
            return await AtTimeAsync(partitions, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - (long)Duration().TotalMilliseconds);
        if (options.Has(declared.ToCurrent))
            return await CurrentAsync(partitions, await CommittedAsync(group));
        throw new ToolException(
            $"Option '[reset-offsets]' requires one of the following scenarios: {(release == KafkaRelease.V39 ? Names39 : Names43)}", showOptions: true);
    }

    /// <summary>Offsets that are moved into the log where they lie outside, which is said.</summary>
    public async Task<IReadOnlyDictionary<TopicPartition, CommittedOffset>> WithinLogAsync(IReadOnlyDictionary<TopicPartition, long> wanted)
    {
        var starts = await AskAsync([.. wanted.Keys], OffsetSpec.Earliest);
        var ends = await AskAsync([.. wanted.Keys], OffsetSpec.Latest);
        var offsets = new Dictionary<TopicPartition, CommittedOffset>();
        foreach (var partition in JavaHashOrder.Of([.. wanted.Keys]))
        {
            long offset = wanted[partition];
            if (offset > ends[partition].Offset)
                offset = Moved(partition, offset, "higher than latest", ends[partition].Offset);
            else if (offset < starts[partition].Offset)
                offset = Moved(partition, offset, "lower than earliest", starts[partition].Offset);
            offsets[partition] = new CommittedOffset(offset);
        }

        return offsets;
    }

    private long Moved(TopicPartition partition, long offset, string where, long limit)
    {
        console.Error($"WARN New offset ({offset}) is {where} offset for topic partition {partition.Topic}-{partition.Partition}. Value will be set to {limit}");
        return limit;
    }

    private async Task<IReadOnlyDictionary<TopicPartition, CommittedOffset>> ToOffsetAsync(IReadOnlyCollection<TopicPartition> partitions)
    {
        long offset = options.Value(declared.ToOffset);
        return await WithinLogAsync(partitions.ToDictionary(p => p, _ => offset));
    }

    private async Task<IReadOnlyDictionary<TopicPartition, CommittedOffset>> ShiftAsync(
        IReadOnlyCollection<TopicPartition> partitions, IReadOnlyDictionary<TopicPartition, CommittedOffset> committed)
    {
        long by = options.Value(declared.ShiftBy);
        return await WithinLogAsync(partitions.ToDictionary(p => p, p => committed.TryGetValue(p, out var known)
            ? known.Offset + by
            : throw new ToolException($"Cannot shift offset for partition {p.Topic}-{p.Partition} since there is no current committed offset", showOptions: true)));
    }

    private async Task<IReadOnlyDictionary<TopicPartition, CommittedOffset>> CurrentAsync(
        IReadOnlyCollection<TopicPartition> partitions, IReadOnlyDictionary<TopicPartition, CommittedOffset> committed)
    {
        var ends = await AskAsync([.. partitions.Where(p => !committed.ContainsKey(p))], OffsetSpec.Latest);
        return partitions.ToDictionary(p => p, p => committed.TryGetValue(p, out var known) ? new CommittedOffset(known.Offset) : ends[p]);
    }

    private async Task<IReadOnlyDictionary<TopicPartition, CommittedOffset>> AtTimeAsync(IReadOnlyCollection<TopicPartition> partitions, long time)
    {
        var found = await AskAsync(partitions, OffsetSpec.At(DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, time))));
        TopicPartition[] later = [.. JavaHashOrder.Of([.. partitions]).Where(p => found[p].Offset < 0)];
        foreach (var (topic, partition) in later)
            await console.Output.WriteLineAsync($"\nWarn: Partition {partition} from topic {topic} is empty. Falling back to latest known offset.");
        var ends = await AskAsync(later, OffsetSpec.Latest);
        return partitions.ToDictionary(p => p, p => ends.TryGetValue(p, out var end) ? end : found[p]);
    }

    private async Task<Dictionary<TopicPartition, CommittedOffset>> AskAsync(IReadOnlyCollection<TopicPartition> partitions, OffsetSpec spec)
    {
        var results = await admin.ListOffsetsAsync(partitions.ToDictionary(p => p, _ => spec), cancellation: cancellation);
        var unknown = results.Where(r => r.Error == ErrorCode.UnknownTopicOrPartition).Select(r => $"{r.Partition.Topic}-{r.Partition.Partition}");
        if (string.Join(", ", unknown) is { Length: > 0 } names)
            throw new GroupCommandException($"The partitions \"{names}\" do not exist");
        if (results.FirstOrDefault(r => !r.Succeeded) is { } failed)
            throw new GroupCommandException($"{KafkaWords.ExceptionClass(failed.Error)}: {KafkaWords.Message(failed)}");
        return results.ToDictionary(r => r.Partition, r => new CommittedOffset(r.Offset));
    }

    private async Task<IReadOnlyDictionary<TopicPartition, CommittedOffset>> CommittedAsync(string group)
    {
        var offsets = (await admin.ListGroupOffsetsAsync([group], cancellation: cancellation))[0];
        offsets.ThrowIfFailed();
        return offsets.Offsets;
    }

    private long Time() => Read(JavaTime.ParseTime, options.Value(declared.ToDatetime)!);

    private TimeSpan Duration() => Read(JavaTime.ParseDuration, options.Value(declared.ByDuration)!);

    private static T Read<T>(Func<string, T> parse, string text)
    {
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw new GroupCommandException(e.Message);
        }
    }
}
