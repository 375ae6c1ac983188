using Samsa.Protocol;

namespace Samsa.UnitTests.Broker.Groups.Simulation;

/// <summary>
/// A member as a well-behaved client is one: it believes what it was told and nothing else. How long its word counts it reckons from
/// its own contacts with the coordinator; until then nobody else may have what it has.
/// </summary>
internal abstract class SimulatedMember(GroupHarness groups, string name, string? instance)
{
    public const int SessionMs = 10_000;

    /// <summary>Who its instance was before, perhaps.</summary>
    public List<FormerIdentity> Predecessors { get; } = [];

    public string Name => name;

    public string? Instance => instance;

    public abstract string MemberId { get; }

    /// <summary>The member's epoch, or its generation.</summary>
    public abstract int Epoch { get; }

    /// <summary>The topics that it reads.</summary>
    public abstract IReadOnlyList<string> Topics { get; }

    /// <summary>What it reads now.</summary>
    public abstract IReadOnlySet<(string Topic, int Partition)> Owned { get; }

    /// <summary>Whether it has its share, as far as it knows.</summary>
    public abstract bool IsIn { get; }

    /// <summary>Whether the group was too large for it when it asked last.</summary>
    public bool WasRefused { get; protected set; }

    /// <summary>What it is to the coordinator; null while it is nothing.</summary>
    public abstract FormerIdentity? Identity { get; }

    protected GroupHarness Groups => groups;

    /// <summary>Whether it was the coordinator's member a short while ago, so that what it owns is its own.</summary>
    protected abstract bool IsEntitled { get; }

    /// <summary>What it owns by right.</summary>
    public IReadOnlySet<(string Topic, int Partition)> Has => IsEntitled ? Owned : new HashSet<(string, int)>();

    /// <summary>What it does next; with <paramref name="trouble"/> it may be slow, and answers may get lost.</summary>
    public abstract void Act(Random? trouble);

    /// <summary>Answers that came meanwhile, and whether those that did not are waited for with reason.</summary>
    public virtual void Listen()
    {
    }

    /// <summary>The coordinator began anew: it gives everybody time.</summary>
    public virtual void OnRestart()
    {
    }

    public abstract ErrorCode Commit(long offset, (string Topic, int Partition) partition);

    /// <summary>Tries something with an epoch or generation that it has left behind; what it did, and the answer.</summary>
    public abstract (string What, ErrorCode Error)? ActLate(Random random);

    /// <summary>Leaves; true when it is out for certain.</summary>
    public abstract bool Leave(Random random);

    /// <summary>The process ends and another one takes its place, under the same instance id if there is one.</summary>
    public abstract void BeginAnew();

    /// <summary>Reads other topics than before.</summary>
    public abstract void Subscribe(IReadOnlyList<string> topics);

    public override string ToString() => $"{Name} ({MemberId}, epoch {Epoch}) has {string.Join(' ', Owned.Order().Select(one => $"{one.Topic}-{one.Partition}"))}";
}
