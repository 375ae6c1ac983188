using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Validation;

namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: the way of group records into one partition, which is the way of any record: made into a batch, judged, appended, committed.
/// Threads: one at a time, its lane's. Lifetime: the lane's.
/// Failure: an error code for records that do not fit, <see cref="StorageException"/> for a broken disk.
/// </summary>
internal sealed class GroupAppender(Partition partition, CompressionType compression, TimeProvider time) : IDisposable
{
    /// <summary>The newest rules of Produce count.</summary>
    private const short ProduceVersion = 13;

    /// <summary>Room for the header of a batch and the lengths of a record.</summary>
    private const int Overhead = 100;

    private readonly RecordBatchBuilder _builder = new(new RecordBatchOptions());

    /// <summary>Appends, and completes when the records are committed.</summary>
    /// <exception cref="StorageException">The disk failed; the records must not be taken for stored.</exception>
    public async ValueTask<ErrorCode> AppendAsync(GroupStore store)
    {
        var first = 0;
        while (first < store.Records.Count)
        {
            var error = await AppendAsync(store.Records, first, first = EndOfBatch(store, first)).ConfigureAwait(false);
            if (error != ErrorCode.None)
            {
                return error;
            }
        }

        return ErrorCode.None;
    }

    /// <inheritdoc/>
    public void Dispose() => _builder.Dispose();

    // What somebody waits for is one batch; tombstones may be several.
    private int EndOfBatch(GroupStore store, int first)
    {
        if (store.Receipt is not null)
        {
            return store.Records.Count;
        }

        var bytes = Overhead;
        var end = first;
        while (end < store.Records.Count)
        {
            var (key, value) = store.Records[end];
            bytes += key.Length + (value?.Length ?? 0) + Overhead;
            if (bytes > partition.Log.Config.MaxMessageBytes && end > first)
            {
                break;
            }

            end++;
        }

        return end;
    }

    private async ValueTask<ErrorCode> AppendAsync(IReadOnlyList<GroupRecord> records, int from, int to)
    {
        if (!partition.IsOnline)
        {
            throw new StorageException(partition.Log.Directory, $"The disk under {partition.TopicPartition} has failed.");
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        _builder.Reset(new RecordBatchOptions { Compression = compression });
        for (var i = from; i < to; i++)
        {
            _builder.Append(now, records[i].Key, records[i].Value);
        }

        using var validated = RecordValidator.Validate(
            _builder.Build(), new ValidationRules(partition.Log.Config, partition.TopicPartition, ProduceVersion, now));
        if (validated.Error != ErrorCode.None)
        {
            return validated.Error;
        }

        var result = partition.Append(validated, AppendOrigin.Coordinator);
        if (result.Error == ErrorCode.None)
        {
            await partition.CommitAsync(result, validated.Bytes.Length).ConfigureAwait(false);
        }

        return result.Error;
    }
}
