using System.Diagnostics.CodeAnalysis;

namespace Samsa.Broker.Replication;

/// <summary>The partitions of one topic that this broker hosts, by index. Immutable: a change makes a new one.</summary>
public sealed class HostedTopic
{
    private readonly Partition?[] _partitions;
    private readonly bool[] _ledHere;

    /// <summary>Creates the topic; an index that is not hosted here is null.</summary>
    /// <param name="name">The topic's name.</param>
    /// <param name="id">The topic's id.</param>
    /// <param name="partitions">The partitions that are served.</param>
    /// <param name="ledHere">Which of them this broker leads: one of these that is null cannot be served because of its disk.</param>
    public HostedTopic(string name, Guid id, Partition?[] partitions, bool[] ledHere)
    {
        Name = name;
        Id = id;
        _partitions = partitions;
        _ledHere = ledHere;
    }

    /// <summary>The topic's name.</summary>
    public string Name { get; }

    /// <summary>The topic's id, <see cref="Guid.Empty"/> when it has none.</summary>
    public Guid Id { get; }

    /// <summary>The partitions, null where another broker hosts them.</summary>
    public ReadOnlySpan<Partition?> Partitions => _partitions;

    /// <summary>True when this broker leads the partition, whether it can serve it or not.</summary>
    public bool IsLedHere(int index) => (uint)index < (uint)_ledHere.Length && _ledHere[index];

    /// <summary>Finds a hosted partition by its index; any index may be asked for.</summary>
    public bool TryGet(int index, [NotNullWhen(true)] out Partition? partition)
    {
        partition = (uint)index < (uint)_partitions.Length ? _partitions[index] : null;
        return partition is not null;
    }
}
