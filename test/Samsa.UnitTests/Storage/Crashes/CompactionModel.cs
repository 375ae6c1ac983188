using Samsa.UnitTests.Storage.Compaction;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>
/// What compaction may have taken from a log: below where it came, records that a newer one of their key supersedes, those of aborted
/// transactions, tombstones that are old enough, and markers of transactions that have nothing left. Reading from the start must
/// still end with the newest committed value of every key.
/// </summary>
internal sealed class CompactionModel
{
    private readonly LogState _state;
    private readonly HashSet<long> _aborted = [];
    private readonly HashSet<long> _open = [];
    private readonly Dictionary<long, List<ModelBatch>> _endedBy = [];
    private readonly Dictionary<string, long> _newest = [];

    public CompactionModel(LogState state)
    {
        _state = state;
        var running = new Dictionary<long, List<ModelBatch>>();
        foreach (var batch in state.Batches.Where(static batch => batch.IsTransactional))
        {
            if (batch.Marker is null)
            {
                (running.TryGetValue(batch.Producer, out var known) ? known : running[batch.Producer] = []).Add(batch);
            }
            else if (running.Remove(batch.Producer, out var ended))
            {
                _endedBy[batch.First] = ended;
                _aborted.UnionWith(batch.Marker.Value ? [] : ended.Select(static data => data.First));
            }
        }

        _open.UnionWith(running.Values.SelectMany(static batches => batches).Select(static batch => batch.First));
        foreach (var batch in state.Batches.Where(batch => batch.Last < state.CompactedTo && IsCommitted(batch)))
        {
            for (var i = 0; i < batch.Values.Length; i++)
            {
                _newest[batch.KeyOf(i)] = batch.First + i;
            }
        }
    }

    /// <summary>Says what compaction must not have taken and is not in <paramref name="found"/>; null when nothing.</summary>
    /// <param name="expected">The batches of the model from the log start on.</param>
    /// <param name="found">What was read.</param>
    /// <param name="start">The log start offset.</param>
    /// <param name="end">The log end offset.</param>
    public string? WhyNot(IReadOnlyList<ModelBatch> expected, IReadOnlyList<FoundBatch> found, long start, long end)
    {
        var byOffset = found.ToDictionary(static batch => batch.First);
        foreach (var batch in expected)
        {
            var there = byOffset.GetValueOrDefault(batch.First);
            for (var i = 0; i < batch.Values.Length; i++)
            {
                var offset = batch.First + i;
                if (there?.Records.Any(record => record.Offset == offset) != true && !MayBeGone(batch, i, byOffset))
                {
                    return $"offset {offset} is missing, which was {batch.Values[i]} of {batch}; compacted up to {_state.CompactedTo}";
                }
            }
        }

        // A log that was being emptied may be cut below: what superseded its records is gone then, too.
        if (_state.CompactedTo == 0 || end < _state.CompactedTo)
        {
            return null;
        }

        var committed = expected.Where(IsCommitted)
            .SelectMany(static batch => batch.Values.Select((value, i) => new FoundRecord(batch.First + i, value, 0)))
            .Where(record => !_state.Gone.Contains(record.Offset));
        var shown = found.Where(batch => !batch.IsControl && !_aborted.Contains(batch.First) && !_open.Contains(batch.First))
            .SelectMany(static batch => batch.Records);
        var (before, now) = (StateOf(committed, start), StateOf(shown, start));
        return before.SequenceEqual(now)
            ? null
            : $"the newest values are {string.Join(' ', now)}, they were {string.Join(' ', before)}";
    }

    private static SortedDictionary<string, string> StateOf(IEnumerable<FoundRecord> records, long start) =>
        CommittedState.Of(records.Where(record => record.Offset >= start).Select(static record =>
        {
            var at = record.Value.IndexOf('=', StringComparison.Ordinal);
            return (record.Offset, record.Value[..at], at + 1 == record.Value.Length ? null : record.Value[(at + 1)..]);
        }));

    private bool MayBeGone(ModelBatch batch, int record, Dictionary<long, FoundBatch> found)
    {
        if (_state.Gone.Contains(batch.First + record))
        {
            return true;
        }

        if (batch.Last >= _state.CompactedTo || _open.Contains(batch.First))
        {
            return false;
        }

        if (batch.Marker is not null)
        {
            return !_endedBy.TryGetValue(batch.First, out var ended)
                || !ended.Exists(data => found.TryGetValue(data.First, out var there) && there.Records.Count > 0);
        }

        var isOldTombstone = batch.IsTombstone(record) && batch.Timestamp + record <= _state.TombstonesUntil;
        return _aborted.Contains(batch.First) || isOldTombstone || _newest.GetValueOrDefault(batch.KeyOf(record), -1) > batch.First + record;
    }

    private bool IsCommitted(ModelBatch batch) =>
        batch.Marker is null && !_aborted.Contains(batch.First) && !_open.Contains(batch.First);
}
