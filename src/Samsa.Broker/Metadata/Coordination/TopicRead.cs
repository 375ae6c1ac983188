using Microsoft.Extensions.Logging;
using Samsa.Broker.Metadata.Znodes;

namespace Samsa.Broker.Metadata.Coordination;

/// <summary>The reads that make one topic: its node and its values in one round, the states of its partitions in the next.</summary>
internal sealed class TopicRead
{
    private ZnodeRead[] _states = [];
    private ZnodeFormatException? _damage;

    public TopicRead(string name, ZnodeRound round)
    {
        Name = name;
        Node = round.Get(ZnodePaths.Topic(name), watch: true);
        Config = round.Get(ZnodePaths.TopicConfig(name));
    }

    public string Name { get; }

    public ZnodeRead Node { get; }

    public ZnodeRead Config { get; }

    /// <summary>What the node says; null when there is none, or when it is damaged.</summary>
    public TopicZnode? Znode { get; private set; }

    public void ReadStates(ZnodeRound round, bool watch)
    {
        if (!Node.Exists)
        {
            return;
        }

        try
        {
            Znode = TopicZnode.Decode(Name, Node.Data.GetValueOrDefault());
            _states = new ZnodeRead[Znode.Replicas.Count];
            for (var i = 0; i < _states.Length; i++)
            {
                _states[i] = round.Get(ZnodePaths.State(Name, i), watch);
            }
        }
        catch (ZnodeFormatException damaged)
        {
            _damage = damaged;
        }
    }

    /// <summary>The topic. A partition that has no state yet has nobody who leads, and the epochs -1.</summary>
    /// <param name="configs">The topic's values.</param>
    /// <param name="known">The topic as it was known; where a state says nonsense its partition stays so, with the version of what was read.</param>
    /// <param name="logger">Hears of such states.</param>
    /// <exception cref="ZnodeFormatException">One of the nodes says something else, and nothing is known of it.</exception>
    public TopicImage ToImage(IReadOnlyDictionary<string, string> configs, TopicImage? known, ILogger logger)
    {
        if (Znode == null)
        {
            throw _damage ?? new ZnodeFormatException(Node.Path, "there is no topic");
        }

        var partitions = new PartitionImage[_states.Length];
        for (var i = 0; i < partitions.Length; i++)
        {
            var replicas = Znode.Replicas[i];
            if (!_states[i].Exists)
            {
                partitions[i] = new PartitionImage(i, -1, -1, -1, replicas, []);
                continue;
            }

            try
            {
                var state = PartitionStateZnode.Decode(_states[i].Path, _states[i].Data.GetValueOrDefault());
                partitions[i] = new PartitionImage(i, state.Leader, state.LeaderEpoch, _states[i].Version, replicas, state.InSyncReplicas);
            }
            catch (ZnodeFormatException damaged) when (known?.Id == Znode.Id && i < known.Partitions.Count)
            {
                logger.LogWarning("{Why}; the partition stays as it was known here", damaged.Message);
                partitions[i] = known.Partitions[i] with { PartitionEpoch = _states[i].Version };
            }
        }

        return new TopicImage(Name, Znode.Id, partitions, configs);
    }
}
