using Samsa.Broker.Configuration;
using Samsa.Broker.Replication;
using Samsa.Fuzz.Engine;
using Samsa.Fuzz.Files;
using Samsa.Fuzz.Records;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// A log directory in which files are not as they were written: segments, indexes, snapshots, checkpoints, metadata.
/// Promises: the broker starts, or says which file is wrong; what it serves are whole batches (with a right checksum where it had to
/// check them); it can append, stop, and start again with the same end.
/// </summary>
public sealed class FileTarget : IFuzzTarget
{
    private const int MostOffsets = 40;

    private readonly byte[] _buffer = new byte[1 << 20];

    public string Name => "files";

    public IEnumerable<byte[]> Seeds(Random random)
    {
        foreach (var sample in Directory.GetDirectories(RepositoryPaths.TestData).Order(StringComparer.Ordinal))
        {
            foreach (var partition in Directory.GetDirectories(sample).Order(StringComparer.Ordinal))
            {
                var files = Directory.GetFiles(sample).Concat(Directory.GetFiles(partition)).ToDictionary(
                    path => Path.GetRelativePath(sample, path).Replace('\\', '/'), File.ReadAllBytes);
                yield return DiskInput.Join(files);
                yield return DiskInput.Join(files.Where(file => file.Key is not DiskInput.CleanMark and not "recovery-point-offset-checkpoint"));
            }
        }

        var written = RequestTarget.WrittenDisk();
        foreach (var topic in FuzzTopics.Names)
        {
            yield return DiskInput.FromDisk(written, folder => folder.StartsWith(topic + "-", StringComparison.Ordinal));
        }
    }

    public byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        var files = DiskInput.Files(input);
        if (random.Next(20) == 0)
        {
            foreach (var (name, content) in DiskInput.Files(other).Where(_ => random.Next(3) == 0))
            {
                files[name] = content;
            }
        }

        new DiskMutator(random).Mutate(files);
        return DiskInput.Join(files);
    }

    public void Execute(byte[] input, Behaviour seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var files = DiskInput.Files(input);
        var disk = DiskInput.ToDisk(files);
        var mustCheck = !files.ContainsKey(DiskInput.CleanMark) && !files.ContainsKey("recovery-point-offset-checkpoint");
        if (Start(disk, seen, "start") is not { } broker)
        {
            return;
        }

        List<string> ends;
        using (broker)
        {
            foreach (var partition in Partitions(broker))
            {
                Use(broker, partition, mustCheck, seen);
            }

            CheckLog(broker);
            ends = Ends(broker);
        }

        if (!broker.IsOnline)
        {
            return;
        }

        using var again = Start(disk, seen, "restart") ?? throw new FindingException("restart", "The broker does not start on what it left behind");
        var after = Ends(again);
        if (again.IsOnline && !ends.SequenceEqual(after))
        {
            throw new FindingException("restart ends", $"Before: {string.Join(' ', ends.Except(after))}; after: {string.Join(' ', after.Except(ends))}");
        }
    }

    public long AllocationBound(byte[] input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return (64L << 20) + (100L * input.Length);
    }

    public void Reset()
    {
    }

    public byte[] History() => [];

    public void Dispose()
    {
    }

    // Null when the broker refuses, which must name a file of the directory or a key of the configuration.
    private static FuzzBroker? Start(RamFileSystem disk, Behaviour seen, string when)
    {
        try
        {
            var broker = FuzzBroker.Start(disk, new ErrorLog());
            seen.Note(when, broker.IsOnline ? 1 : 0);
            return broker;
        }
        catch (StorageException refused)
        {
            if (!refused.Path.StartsWith(FuzzBroker.Directory, StringComparison.Ordinal) || refused.Message.Length == 0)
            {
                throw new FindingException("unclear refusal", $"{refused.Path}: {refused.Message}", refused);
            }

            seen.Note(when, refused);
            return null;
        }
        catch (ConfigException refused)
        {
            seen.Note(when, refused);
            return null;
        }
    }

    // Damage is logged as an error; a failure that is not the disk's is a bug.
    private static void CheckLog(FuzzBroker broker)
    {
        if (broker.Log.Take() is ({ } text, { } cause) && cause is not StorageException)
        {
            throw new FindingException($"error in the log: {cause.GetType().Name}", text, cause);
        }
    }

    private void Use(FuzzBroker broker, Partition partition, bool mustCheck, Behaviour seen)
    {
        var log = partition.Log;
        try
        {
            seen.NoteSize("segments", log.SegmentCount);
            seen.NoteSize("end", log.LogEndOffset);
            if (log.LogStartOffset > log.LogEndOffset)
            {
                throw new FindingException("ends", $"{log.TopicPartition} starts at {log.LogStartOffset} and ends at {log.LogEndOffset}");
            }

            var offset = log.LogStartOffset;
            for (var reads = 0; reads < MostOffsets && offset < log.LogEndOffset; reads++)
            {
                offset = Read(log, offset, mustCheck, seen);
            }

            foreach (var time in (long[])[0, 1_000_000_000_000, ManualClock.Start, long.MaxValue, -1])
            {
                if (log.OffsetForTimestamp(time) is { } found && mustCheck && (found.Offset < log.LogStartOffset || found.Offset >= log.LogEndOffset))
                {
                    throw new FindingException("time search", $"Time {time} is at offset {found.Offset} of {log.LogStartOffset}..{log.LogEndOffset}");
                }
            }

            _ = log.MaxTimestamp();
            _ = log.Boundaries();
            seen.NoteSize("aborted", log.ListAbortedTransactions(log.LogStartOffset, log.LogEndOffset).Count);
            _ = log.LeaderEpochs.EndOffsetFor(0, log.LogEndOffset);
            Append(log, seen);
        }
        catch (StorageException failure) when (failure.Path.StartsWith(FuzzBroker.Directory, StringComparison.Ordinal))
        {
            // As the handlers do.
            seen.Note("use", failure);
            broker.Replicas.OnStorageFailure(partition, failure);
        }
    }

    // Reads at an offset and returns the next one to read at.
    private long Read(PartitionLog log, long offset, bool mustCheck, Behaviour seen)
    {
        var read = log.Read(offset, _buffer.Length, log.LogEndOffset, minOneMessage: false);
        using var region = read.Region;
        seen.Note("read", (long)read.Error);
        if (read.Error != ErrorCode.None || region is null)
        {
            return offset + 1;
        }

        if (region.Length > _buffer.Length)
        {
            throw new FindingException("read size", $"{region.Length} bytes were read");
        }

        var bytes = _buffer.AsSpan(0, region.Length);
        region.CopyTo(0, bytes);
        var batches = new RecordBatchEnumerator(bytes);
        var next = offset + 1;
        while (batches.MoveNext())
        {
            if (mustCheck && (batches.Current.LastOffset < offset || !batches.Current.IsCrcValid()))
            {
                throw new FindingException(
                    "wrong records", $"{log.TopicPartition} gave at {offset} a batch that ends at {batches.Current.LastOffset}, checksum right: {batches.Current.IsCrcValid()}");
            }

            next = Math.Max(next, batches.Current.LastOffset + 1);
        }

        seen.Note("batches", (long)batches.Fault);
        return batches.Fault is RecordFault.None or RecordFault.Truncated || !mustCheck
            ? next
            : throw new FindingException("no batch", $"{log.TopicPartition} gave at {offset} bytes that are no batches: {batches.Fault}");
    }

    private void Append(PartitionLog log, Behaviour seen)
    {
        var batch = new BatchForge(new Random(7)).Batch();
        var end = log.LogEndOffset;
        var appended = log.Append(batch, 5, AppendOrigin.Client);
        seen.Note("append", (long)appended.Error);
        if (appended.Error == ErrorCode.None && !appended.IsDuplicate)
        {
            Read(log, end, mustCheck: false, seen);
            if (log.LogEndOffset <= end)
            {
                throw new FindingException("append end", $"An append moved the end from {end} to {log.LogEndOffset}");
            }
        }
    }

    private static List<Partition> Partitions(FuzzBroker broker)
    {
        var all = new List<Partition>();
        foreach (var topic in broker.Replicas.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal))
        {
            foreach (var partition in topic.Partitions)
            {
                if (partition is { IsOnline: true })
                {
                    all.Add(partition);
                }
            }
        }

        return all;
    }

    private static List<string> Ends(FuzzBroker broker) =>
        Partitions(broker).ConvertAll(partition => $"{partition.TopicPartition} {partition.Log.LogStartOffset}..{partition.Log.LogEndOffset}");
}
