using System.Globalization;
using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Znodes;
using Samsa.ZooKeeper;

namespace Samsa.Broker.Metadata.Coordination;

/// <content>The nodes that are always there, and the take-over of what was known without a tree.</content>
internal sealed partial class ClusterMachine
{
    private IEnumerable<ZnodeRound> Prepare()
    {
        var first = new ZnodeRound();
        var id = first.Get(ZnodePaths.ClusterId);
        yield return first;
        var carried = _options.CarriedOver is { } source && (!id.Exists || source.Always) ? source : null;

        var round = new ZnodeRound();
        var isLostAgain = ++_preparations > MaxLosses;
        foreach (var path in ZnodePaths.Persistent)
        {
            round.Write(ZnodeOperation.Create(path));
        }

        if (carried != null)
        {
            CarryOver(carried, round);
        }

        if (!id.Exists)
        {
            // Last: with it the tree counts as one that has everything.
            round.Write(ZnodeOperation.Create(ZnodePaths.Cluster));
            round.Write(ZnodeOperation.Create(ZnodePaths.ClusterId, ClusterIdZnode.Encode(_options.Identity.ClusterId)));
        }

        if (isLostAgain && ZnodeSize.TooLarge(round) is { } large)
        {
            throw new ConfigException(large);
        }

        yield return round;
        if (round.Writes.Find(static write => write.Error is not (KeeperError.Ok or KeeperError.NodeExists or KeeperError.NoAuth or KeeperError.NoNode)) is { } failed)
        {
            // Made again as a whole, after a pause.
            _logger.LogWarning("{Path} could not be made: {Error}", failed.Operations[^1].Path, failed.Error);
            yield break;
        }

        if (carried is { NextProducerId: > 0 })
        {
            foreach (var producers in CarryOverProducerIds(carried.NextProducerId))
            {
                yield return producers;
            }
        }

        if (carried != null)
        {
            _logger.LogInformation("Carried {Topics} topics over into ZooKeeper", carried.Topics.Count);
        }

        _prepared = true;
    }

    // Creates only: what is there already is newer.
    private static void CarryOver(CarriedOver carried, ZnodeRound round)
    {
        foreach (var topic in carried.Topics)
        {
            round.Write(ZnodeOperation.Create(ZnodePaths.TopicConfig(topic.Name), ConfigZnode.Encode(topic.Configs)));
            round.Write(ZnodeOperation.Create(ZnodePaths.Topic(topic.Name), ZnodeOf(topic).Encode()));
            round.Write(ZnodeOperation.Create(ZnodePaths.Partitions(topic.Name)));
            foreach (var partition in topic.Partitions)
            {
                round.Write(ZnodeOperation.Create(ZnodePaths.Partition(topic.Name, partition.Partition)));
                round.Write(ZnodeOperation.Create(
                    ZnodePaths.State(topic.Name, partition.Partition),
                    new PartitionStateZnode(0, partition.Leader, partition.LeaderEpoch, partition.InSyncReplicas).Encode()));
            }
        }

        if (carried.DefaultBrokerConfigs.Count > 0)
        {
            round.Write(ZnodeOperation.Create(ZnodePaths.BrokerConfig(null), ConfigZnode.Encode(carried.DefaultBrokerConfigs)));
        }

        foreach (var (broker, values) in carried.BrokerConfigs)
        {
            round.Write(ZnodeOperation.Create(ZnodePaths.BrokerConfig(broker), ConfigZnode.Encode(values)));
        }

        if (carried.GroupConfigs.Count > 0)
        {
            round.Write(ZnodeOperation.Create(ZnodePaths.GroupConfigs));
        }

        foreach (var (group, values) in carried.GroupConfigs)
        {
            round.Write(ZnodeOperation.Create(ZnodePaths.GroupConfig(group), ConfigZnode.Encode(values)));
        }
    }

    private IEnumerable<ZnodeRound> CarryOverProducerIds(long next)
    {
        var round = new ZnodeRound();
        var block = round.Get(ZnodePaths.ProducerIdBlock);
        yield return round;
        if (NextProducerId(block) < next)
        {
            var set = new ZnodeRound();
            set.Write(ZnodeOperation.Set(
                ZnodePaths.ProducerIdBlock, ProducerIdBlockZnode.Encode(BrokerId, new ProducerIdBlock(next - 1, 1)), block.Version));
            yield return set;
        }
    }

    private IEnumerable<ZnodeRound> TakeProducerIds()
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var read = new ZnodeRound();
            var last = read.Get(ZnodePaths.ProducerIdBlock);
            yield return read;

            _idRequests.RemoveAll(static request => !request.TryBegin());
            var round = new ZnodeRound();
            var blocks = new List<ProducerIdBlock>();
            var first = Math.Max(NextProducerId(last), _options.HighestProducerId + 1);
            if (!last.Exists)
            {
                round.Write(ZnodeOperation.Create(ZnodePaths.ProducerIdBlock));
            }

            var creations = round.Writes.Count;
            for (var i = 0; i < _idRequests.Count; i++)
            {
                var block = new ProducerIdBlock(first, ProducerIdBlockSize);
                first += ProducerIdBlockSize;
                blocks.Add(block);
                round.Write(ZnodeOperation.Set(ZnodePaths.ProducerIdBlock, ProducerIdBlockZnode.Encode(BrokerId, block), last.Version + i));
            }

            yield return round;
            var made = 0;
            for (; made < blocks.Count && round.Writes[creations + made].IsOk; made++)
            {
                _idRequests[made].Complete(blocks[made]);
            }

            _idRequests.RemoveRange(0, made);

            if (_idRequests.Count == 0)
            {
                yield break;
            }
        }

        _idRequests[0].Fail(new TimeoutException(string.Create(
            CultureInfo.InvariantCulture, $"{ZnodePaths.ProducerIdBlock} was changed by others {MaxAttempts} times")));
        _idRequests.RemoveAt(0);
    }

    private long NextProducerId(ZnodeRead block)
    {
        try
        {
            return ProducerIdBlockZnode.DecodeNext(block.Data);
        }
        catch (ZnodeFormatException damaged)
        {
            _logger.LogWarning("{Why}; producer ids go on above those in the logs", damaged.Message);
            return 0;
        }
    }

    private static TopicZnode ZnodeOf(TopicImage topic) => new(topic.Id, [.. topic.Partitions.Select(static partition => partition.Replicas)]);
}
