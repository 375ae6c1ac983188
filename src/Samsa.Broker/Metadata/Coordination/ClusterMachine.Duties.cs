using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Protocol;
using Samsa.ZooKeeper;

namespace Samsa.Broker.Metadata.Coordination;

/// <content>What the controller sees to: ids, states and leaders of partitions, and topics that are to be deleted.</content>
internal sealed partial class ClusterMachine
{
    private IEnumerable<ZnodeRound> DoDuties()
    {
        var draft = NewDraft();
        var round = new ZnodeRound();
        var nodes = new List<PlannedTopic>();
        foreach (var topic in _image.Topics.Values.Where(static topic => topic.Id == Guid.Empty))
        {
            var znode = _topicNodes[topic.Name].Znode with { Id = TopicCreation.NewId() };
            var write = round.Write(CheckEpoch(), ZnodeOperation.Set(ZnodePaths.Topic(topic.Name), znode.Encode(), _topicNodes[topic.Name].Version));
            nodes.Add(new PlannedTopic(write, topic.Name, znode));
            draft.PutTopic(topic with { Id = znode.Id });
        }

        var changes = new List<PlannedState>();
        foreach (var topic in draft.Topics.Values.Where(topic => !IsBeingDeleted(draft, topic)).ToArray())
        {
            PlanPartitions(draft, topic, round, changes);
        }

        yield return round;
        foreach (var (write, topic, znode) in nodes)
        {
            if (Done(write))
            {
                _topicNodes[topic] = new TopicNode(znode, write.Version);
            }
        }

        foreach (var ofTopic in changes.GroupBy(static change => change.Topic))
        {
            var topic = draft.Topics[ofTopic.Key];
            var partitions = topic.Partitions.ToArray();
            foreach (var (write, _, partition) in ofTopic)
            {
                if (Done(write))
                {
                    partitions[partition.Partition] = partition with { PartitionEpoch = write.Version };
                }
            }

            draft.PutTopic(topic with { Partitions = partitions });
        }

        Publish(draft);
        if (!_synchronized)
        {
            yield break;
        }

        foreach (var deletion in DeleteMarked())
        {
            yield return deletion;
        }
    }

    /// <summary>Writes that make partitions which have no state yet, and that change leaders where it is necessary.</summary>
    private void PlanPartitions(
        MetadataDraft draft, TopicImage topic, ZnodeRound round, List<PlannedState> changes)
    {
        var fresh = topic.Partitions.Where(static partition => partition.PartitionEpoch < 0).ToArray();
        if (fresh.Length > 0 && fresh.Select(partition => FirstState(draft, topic.Name, partition)).ToArray() is var states
            && states.Any(static partition => partition.Leader >= 0))
        {
            PlanNewPartitions(topic.Name, states, round, changes);
        }

        foreach (var partition in topic.Partitions)
        {
            if (partition.PartitionEpoch >= 0 && NextState(draft, topic, partition) is { } next)
            {
                var write = round.Write(
                    CheckEpoch(), ZnodeOperation.Set(ZnodePaths.State(topic.Name, partition.Partition), StateOf(next).Encode(), partition.PartitionEpoch));
                changes.Add(new PlannedState(write, topic.Name, next));
            }
        }
    }

    /// <summary>Kafka's order: the parent, all partitions, all states.</summary>
    private void PlanNewPartitions(
        string topic, IEnumerable<PartitionImage> partitions, ZnodeRound round, List<PlannedState> changes)
    {
        round.Write(CheckEpoch(), ZnodeOperation.Create(ZnodePaths.Partitions(topic)));
        var list = partitions.ToArray();
        foreach (var partition in list)
        {
            round.Write(CheckEpoch(), ZnodeOperation.Create(ZnodePaths.Partition(topic, partition.Partition)));
        }

        foreach (var partition in list.Where(static partition => partition.Leader >= 0))
        {
            var write = round.Write(
                CheckEpoch(), ZnodeOperation.Create(ZnodePaths.State(topic, partition.Partition), StateOf(partition).Encode()));
            changes.Add(new PlannedState(write, topic, partition));
        }
    }

    // Kafka takes the live replicas for in sync. As long as nobody follows, only the leader is. A log that is there already belongs
    // to a partition whose state somebody deleted: its epochs go on.
    private PartitionImage FirstState(MetadataDraft draft, string topic, PartitionImage partition)
    {
        var leader = partition.Replicas.FirstOrDefault(draft.Brokers.ContainsKey, -1);
        var epoch = leader == BrokerId ? Next(_options.LatestEpochOf(new TopicPartition(topic, partition.Partition)) ?? -1) : 0;
        return leader < 0 ? partition : partition with { Leader = leader, LeaderEpoch = epoch, PartitionEpoch = 0, InSyncReplicas = [leader] };
    }

    private PartitionImage? NextState(MetadataDraft draft, TopicImage topic, PartitionImage partition)
    {
        if (draft.Brokers.ContainsKey(partition.Leader))
        {
            return NextEpoch(topic.Name, partition);
        }

        var leader = partition.Replicas.FirstOrDefault(
            replica => draft.Brokers.ContainsKey(replica) && partition.InSyncReplicas.Contains(replica), -1);
        if (leader < 0 && TopicConfigs.Value(draft.BrokerConfig.Values, topic.Configs, ConfigKeys.Find(ConfigScope.Topic, TopicKeys.UncleanLeaderElectionEnable)!) == "true")
        {
            leader = partition.Replicas.FirstOrDefault(draft.Brokers.ContainsKey, -1);
        }

        if (leader < 0)
        {
            return partition.Leader < 0 ? null : partition with { Leader = -1, LeaderEpoch = Next(partition.LeaderEpoch) };
        }

        return partition with { Leader = leader, LeaderEpoch = Next(partition.LeaderEpoch), InSyncReplicas = [leader] };
    }

    // Only with the first join of this life: what the start found in the logs.
    private PartitionImage? NextEpoch(string topic, PartitionImage partition)
    {
        if (_hasJoinedBefore || partition.Leader != BrokerId)
        {
            return null;
        }

        var name = new TopicPartition(topic, partition.Partition);
        var inLog = _options.LatestEpochOf(name) ?? -1;
        return inLog > partition.LeaderEpoch || _options.MayHaveLost(name)
            ? partition with { LeaderEpoch = Next(Math.Max(inLog, partition.LeaderEpoch)) }
            : null;
    }

    // An epoch checkpoint may say anything; an epoch that became negative would stop the next start.
    private static int Next(int epoch) => epoch == int.MaxValue ? epoch : epoch + 1;

    private PartitionStateZnode StateOf(PartitionImage partition) =>
        new(_controllerEpoch, partition.Leader, partition.LeaderEpoch, partition.InSyncReplicas);

    private ZnodeOperation CheckEpoch() => ZnodeOperation.Check(ZnodePaths.ControllerEpoch, _controllerEpochVersion);

    /// <summary>False, and the tree is read anew, when somebody else changed what the write relied on.</summary>
    private bool Done(ZnodeWrite write)
    {
        if (!write.IsOk)
        {
            _synchronized = false;
        }

        return write.IsOk;
    }

    // As in Kafka, such a topic gets no leader any more.
    private bool IsBeingDeleted(MetadataDraft draft, TopicImage topic) => _marks.Contains(topic.Name) && draft.BrokerConfig.Topics.AllowDelete;

    /// <summary>
    /// Deletes the topics for which there is a mark: first nobody leads, then the records go, then the nodes. A topic with replicas on a broker that is away
    /// keeps its nodes and its mark until that broker is back, as in Kafka: it could not know otherwise that the records are to go.
    /// </summary>
    private IEnumerable<ZnodeRound> DeleteMarked()
    {
        var marks = _marks.ToArray();
        if (marks.Length == 0)
        {
            yield break;
        }

        var draft = NewDraft();
        var marked = draft.BrokerConfig.Topics.AllowDelete
            ? marks.Select(name => draft.Topics.GetValueOrDefault(name)).OfType<TopicImage>().ToArray()
            : [];
        var offline = new ZnodeRound();
        var changes = new List<PlannedState>();
        foreach (var topic in marked)
        {
            foreach (var partition in topic.Partitions.Where(static partition => partition.Leader >= 0))
            {
                var next = partition with { Leader = -1, LeaderEpoch = Next(partition.LeaderEpoch) };
                var write = offline.Write(
                    CheckEpoch(), ZnodeOperation.Set(ZnodePaths.State(topic.Name, partition.Partition), StateOf(next).Encode(), partition.PartitionEpoch));
                changes.Add(new PlannedState(write, topic.Name, next));
            }
        }

        yield return offline;
        if (offline.Writes.Exists(write => !write.IsOk))
        {
            _synchronized = false;
            yield break;
        }

        var waiting = marked.Where(topic => AwayFrom(draft, topic) >= 0).ToArray();
        var topics = marked.Except(waiting).ToArray();
        foreach (var topic in waiting)
        {
            Wait(draft, topic, changes.Where(change => change.Topic == topic.Name));
        }

        foreach (var topic in topics)
        {
            draft.RemoveTopic(topic);
        }

        Publish(draft);
        marks = [.. marks.Except(waiting.Select(static topic => topic.Name))];
        var nodes = new ZnodeRound();
        foreach (var topic in topics)
        {
            foreach (var partition in topic.Partitions)
            {
                nodes.Write(CheckEpoch(), ZnodeOperation.Delete(ZnodePaths.State(topic.Name, partition.Partition)));
                nodes.Write(CheckEpoch(), ZnodeOperation.Delete(ZnodePaths.Partition(topic.Name, partition.Partition)));
            }

            nodes.Write(CheckEpoch(), ZnodeOperation.Delete(ZnodePaths.Partitions(topic.Name)));
            nodes.Write(CheckEpoch(), ZnodeOperation.Delete(ZnodePaths.Topic(topic.Name)));
            nodes.Write(CheckEpoch(), ZnodeOperation.Delete(ZnodePaths.TopicConfig(topic.Name)));
            _configNodes.Remove(ZnodePaths.TopicConfig(topic.Name));
            _topicNodes.Remove(topic.Name);
        }

        // Also where only the topic's own node is gone: its deletion was interrupted.
        foreach (var gone in draft.BrokerConfig.Topics.AllowDelete ? marks.Where(mark => !_image.Topics.ContainsKey(mark)) : [])
        {
            if (!Array.Exists(topics, topic => topic.Name == gone))
            {
                nodes.Write(CheckEpoch(), ZnodeOperation.Delete(ZnodePaths.TopicConfig(gone)));
            }
        }

        yield return nodes;

        // Somebody put nodes of their own below a topic: they go as well, or the topic would come back with the next start.
        foreach (var stuck in nodes.Writes.Where(static write => write.Error == KeeperError.NotEmpty).Select(static write => write.Operations[1].Path))
        {
            _logger.LogWarning("{Path} had nodes below it that no broker made; they are deleted with the topic", stuck);
            foreach (var round in DeleteAll(stuck))
            {
                yield return round;
            }
        }

        if (!_synchronized || !nodes.Writes.TrueForAll(write => write.Error == KeeperError.NotEmpty || IsGone(write)))
        {
            yield break;
        }

        // Last, and alone: without its mark a topic of which something is left would come back, empty.
        var last = new ZnodeRound();
        foreach (var mark in marks)
        {
            last.Write(CheckEpoch(), ZnodeOperation.Delete(ZnodePaths.DeleteTopic(mark)));
        }

        yield return last;
        for (var i = 0; i < marks.Length; i++)
        {
            if (IsGone(last.Writes[i]))
            {
                _marks.Remove(marks[i]);
            }
        }
    }

    /// <summary>The first broker with a replica of the topic that is not there; -1 when all are.</summary>
    private static int AwayFrom(MetadataDraft draft, TopicImage topic) =>
        topic.Partitions.SelectMany(static partition => partition.Replicas).FirstOrDefault(replica => !draft.Brokers.ContainsKey(replica), -1);

    private void Wait(MetadataDraft draft, TopicImage topic, IEnumerable<PlannedState> changes)
    {
        var partitions = topic.Partitions.ToArray();
        foreach (var (write, _, partition) in changes)
        {
            partitions[partition.Partition] = partition with { PartitionEpoch = write.Version };
        }

        if (!partitions.SequenceEqual(topic.Partitions))
        {
            _logger.LogInformation("Topic {Topic} is deleted when broker {Broker} is back, which has records of it", topic.Name, AwayFrom(draft, topic));
            draft.PutTopic(topic with { Partitions = partitions });
        }
    }

    /// <summary>False, and the tree is read anew, when it was not deleted, nor gone before.</summary>
    private bool IsGone(ZnodeWrite delete) => delete.Error == KeeperError.NoNode || Done(delete);

    /// <summary>Deletes a node and all below it. Only one path is kept on the way, however deep others made the tree.</summary>
    private IEnumerable<ZnodeRound> DeleteAll(string top)
    {
        var path = top;
        while (true)
        {
            var list = new ZnodeRound();
            var children = list.Children(path);
            yield return list;
            var delete = new ZnodeRound();
            foreach (var child in children.Children)
            {
                delete.Write(CheckEpoch(), ZnodeOperation.Delete($"{path}/{child}"));
            }

            delete.Write(CheckEpoch(), ZnodeOperation.Delete(path));
            yield return delete;
            if (!delete.Writes.TrueForAll(write => write.Error == KeeperError.NotEmpty || IsGone(write)))
            {
                yield break;
            }

            // The node itself comes last: where a child of it has children, those are next; where it got new ones meanwhile, it is tried again.
            if (delete.Writes.Find(static write => write.Error == KeeperError.NotEmpty) is { } full)
            {
                path = full.Operations[1].Path;
            }
            else if (path == top)
            {
                yield break;
            }
            else
            {
                path = path[..path.LastIndexOf('/')];
            }
        }
    }
}
