using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.IntegrationTests.Client.Groups;

/// <summary>What all members of a group have in work and have finished, and what is wrong with it. From any thread.</summary>
internal sealed class ProcessingLedger
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(TopicPartition Partition, string Key), (string Member, long Offset)> _inWork = [];
    private readonly Dictionary<(TopicPartition Partition, string Key), long> _last = [];
    private readonly Dictionary<TopicPartition, Dictionary<long, string>> _finished = [];
    private readonly HashSet<string> _buried = [];
    private readonly List<string> _faults = [];

    public string Faults
    {
        get
        {
            lock (_gate)
                return string.Join("; ", _faults);
        }
    }

    public void Begin(string member, ConsumerRecord<string, string> record)
    {
        lock (_gate)
        {
            if (!_buried.Contains(member) && !_inWork.TryAdd((record.Partition, record.Key!), (member, record.Offset)))
                _faults.Add($"{member} begins {record.Partition} {record.Offset} of {record.Key}, which {_inWork[(record.Partition, record.Key!)]} has in work");
        }
    }

    public void Finish(string member, ConsumerRecord<string, string> record)
    {
        lock (_gate)
        {
            if (_buried.Contains(member))
                return;
            var key = (record.Partition, record.Key!);
            _inWork.Remove(key);
            if (!_finished.TryGetValue(record.Partition, out var finished))
                _finished[record.Partition] = finished = [];
            if (!finished.TryAdd(record.Offset, member))
                return;
            if (_last.TryGetValue(key, out var last) && last > record.Offset)
                _faults.Add($"{member} finished {record.Partition} {record.Offset} of {record.Key} after {last}");
            _last[key] = record.Offset;
        }
    }

    /// <summary>The member is dead: it has nothing in work any more, and finishes nothing.</summary>
    public void Bury(string member)
    {
        lock (_gate)
        {
            _buried.Add(member);
            foreach (var (key, _) in _inWork.Where(one => one.Value.Member == member).ToList())
                _inWork.Remove(key);
        }
    }

    /// <summary>Nothing may be committed past a record that is not finished.</summary>
    public void Check(TopicPartition partition, long committed)
    {
        lock (_gate)
        {
            for (long offset = 0; offset < committed; offset++)
            {
                if (!_finished.TryGetValue(partition, out var finished) || !finished.ContainsKey(offset))
                {
                    _faults.Add($"{partition} is committed up to {committed}, and {offset} is not finished");
                    return;
                }
            }
        }
    }

    /// <summary>Who was the first to finish a record; null for nobody.</summary>
    public string? FinisherOf(TopicPartition partition, long offset)
    {
        lock (_gate)
            return _finished.GetValueOrDefault(partition)?.GetValueOrDefault(offset);
    }

    /// <summary>How many records of a partition a member was the first to finish, from an offset on.</summary>
    public int Count(string member, TopicPartition partition, long from = 0)
    {
        lock (_gate)
            return _finished.TryGetValue(partition, out var finished) ? finished.Count(one => one.Value == member && one.Key >= from) : 0;
    }
}
