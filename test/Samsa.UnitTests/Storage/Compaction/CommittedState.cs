using Samsa.Storage;

namespace Samsa.UnitTests.Storage.Compaction;

/// <summary>What a consumer with isolation.level=read_committed makes of a log that it reads from its start.</summary>
internal static class CommittedState
{
    /// <summary>The records that it is shown.</summary>
    public static List<(long Offset, string Key, string? Value)> Records(CompactionHarness test)
    {
        var aborted = test.Log.ListAbortedTransactions(test.Log.LogStartOffset, test.Log.LogEndOffset);
        var records = new List<(long, string, string?)>();
        foreach (var batch in test.ReadBatches())
        {
            if (!batch.IsControl && !IsAborted(batch, aborted))
            {
                records.AddRange(batch.Records.Where(r => r.Offset >= test.Log.LogStartOffset).Select(r => (r.Offset, r.Key!, r.Value)));
            }
        }

        return records;
    }

    /// <summary>The newest value of every key that has one.</summary>
    public static SortedDictionary<string, string> Of(IEnumerable<(long Offset, string Key, string? Value)> records)
    {
        var state = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (_, key, value) in records)
        {
            if (value is null)
            {
                state.Remove(key);
            }
            else
            {
                state[key] = value;
            }
        }

        return state;
    }

    private static bool IsAborted(StoredBatch batch, IReadOnlyList<AbortedTransaction> aborted) => aborted.Any(
        entry => entry.ProducerId == batch.ProducerId && batch.BaseOffset >= entry.FirstOffset && batch.LastOffset < entry.LastOffset);
}
