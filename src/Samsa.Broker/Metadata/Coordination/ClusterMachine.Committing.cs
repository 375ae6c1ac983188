using System.Globalization;
using Microsoft.Extensions.Logging;
using Samsa.Broker.Metadata.Znodes;
using Samsa.ZooKeeper;

namespace Samsa.Broker.Metadata.Coordination;

/// <content>The changes that clients ask for: first what any broker writes, then what the controller makes of it.</content>
internal sealed partial class ClusterMachine
{
    // Any controller's node has this version: it only proves that there is one.
    private static readonly ZnodeOperation CheckController = ZnodeOperation.Check(ZnodePaths.Controller, 0);

    // What a deletion may have left of a topic's values is overwritten.
    private const int AnyVersion = -1;

    // No node has it: setting such values fails, and so does creating them where there are some.
    private const int MustBeNew = int.MaxValue;

    private IEnumerable<ZnodeRound> Commit()
    {
        if (TakeBatch() is not { } draft)
        {
            yield break;
        }

        if (!draft.HasNews)
        {
            Finish();
            yield break;
        }

        var delta = draft.ToDelta();
        var requests = new ZnodeRound();
        var mustSucceed = PlanRequests(draft, delta, requests);
        yield return requests;
        TakeAnnounced();
        TakeWrittenValues();
        if (mustSucceed.Find(static write => !write.IsOk && !IsMarkedAlready(write)) is { } refused)
        {
            MakeAgain(refused.Operations[^1].Path, refused.Error);
            yield break;
        }

        foreach (var topic in delta.ChangedTopics)
        {
            var grown = requests.Writes.Find(write => write.Operations[0].Kind == ZnodeOperationKind.Set && write.Operations[0].Path == ZnodePaths.Topic(topic.Name));
            _topicNodes[topic.Name] = new TopicNode(Merged(topic), grown?.Version ?? 0);
        }

        foreach (var deleted in delta.DeletedTopics)
        {
            _marks.Add(deleted.Name);
        }

        if (_isController)
        {
            var states = new ZnodeRound();
            var changes = new List<PlannedState>();
            foreach (var topic in delta.ChangedTopics)
            {
                PlanNewPartitions(topic.Name, topic.Partitions.Skip(_image.Topics.GetValueOrDefault(topic.Name)?.Partitions.Count ?? 0), states, changes);
            }

            yield return states;
            if (changes.Find(static change => !change.Write.IsOk) is { Write: { } failed })
            {
                MakeAgain(failed.Operations[^1].Path, failed.Error);
                yield break;
            }

            PublishCommitted(draft, delta);
            foreach (var round in DeleteMarked())
            {
                yield return round;
            }

            if (!_synchronized)
            {
                MakeAgain(ZnodePaths.DeleteTopics, KeeperError.BadVersion);
                yield break;
            }
        }
        else
        {
            PublishCommitted(draft, delta);

            // Read, and watched, until the controller has made the partitions.
            _changedPaths.UnionWith(delta.ChangedTopics.Select(static topic => ZnodePaths.Topic(topic.Name)));
        }

        Finish();
    }

    /// <summary>
    /// Takes what waits, and is waited for, into one draft. A topic that is deleted and made again needs two. Null when there is nothing left to do.
    /// </summary>
    private MetadataDraft? TakeBatch()
    {
        var count = _waiting[0].Attempts >= AttemptsInCompany ? 1 : _waiting.Count;
        (_batch, _waiting) = (_waiting[..count], _waiting[count..]);
        if (_batch.RemoveAll(static change => !change.TryBegin()) > 0 && _batch.Count == 0)
        {
            return null;
        }

        var draft = Apply(_batch);
        var delta = draft.ToDelta();
        if (_batch.Count > 1 && delta.DeletedTopics.Any(deleted => draft.Topics.ContainsKey(deleted.Name)))
        {
            _waiting.InsertRange(0, _batch[1..]);
            _batch = [_batch[0]];
            draft = Apply(_batch);
        }

        return draft;
    }

    private MetadataDraft Apply(List<PendingChange> changes)
    {
        var draft = NewDraft(_earlier?.Copy());
        foreach (var change in changes)
        {
            change.Apply(draft);
        }

        return draft;
    }

    /// <summary>Returns the writes without which the change is not made.</summary>
    private List<ZnodeWrite> PlanRequests(MetadataDraft draft, MetadataDelta delta, ZnodeRound round)
    {
        var attempt = _earlier ??= new EarlierAttempt();
        var needed = new List<ZnodeWrite>();
        foreach (var topic in delta.ChangedTopics)
        {
            var znode = Merged(topic);
            if (_image.Topics.ContainsKey(topic.Name))
            {
                needed.Add(round.Write(ZnodeOperation.Set(ZnodePaths.Topic(topic.Name), znode.Encode(), _topicNodes[topic.Name].Version)));
                attempt.Grown(topic);
            }
            else
            {
                PlanValues(round, ZnodePaths.TopicConfig(topic.Name), topic.Configs, AnyVersion);
                needed.Add(round.Write(ZnodeOperation.Create(ZnodePaths.Topic(topic.Name), znode.Encode())));
                attempt.Created(topic);

                // Made and grown by two changes of one batch.
                attempt.Grown(topic);
            }
        }

        foreach (var topic in delta.DeletedTopics)
        {
            needed.Add(round.Write(ZnodeOperation.Create(ZnodePaths.DeleteTopic(topic.Name))));
            attempt.Deleted(topic);
        }

        // A topic that grew may have got other values in the same batch.
        foreach (var topic in draft.ReconfiguredTopics())
        {
            needed.Add(PlanChangedValues(round, "topics/" + topic.Name, topic.Configs));
        }

        if (!ConfigAlterations.Same(draft.DefaultBrokerConfigs, _image.DefaultBrokerConfigs))
        {
            needed.Add(PlanChangedValues(round, "brokers/" + ZnodePaths.Default, draft.DefaultBrokerConfigs));
        }

        foreach (var broker in draft.ReconfiguredBrokers())
        {
            needed.Add(PlanChangedValues(round, "brokers/" + ZnodePaths.BrokerName(broker), draft.ConfigsOf(broker)));
        }

        foreach (var group in draft.ReconfiguredGroups())
        {
            if (_configNodes.TryAdd(ZnodePaths.GroupConfigs, 0))
            {
                round.Write(ZnodeOperation.Create(ZnodePaths.GroupConfigs));
            }

            needed.Add(PlanChangedValues(round, "groups/" + ZnodePaths.Escape(group), draft.ConfigsOfGroup(group)));
        }

        return needed;
    }

    private static bool IsMarkedAlready(ZnodeWrite write) =>
        write.Error == KeeperError.NodeExists && write.Operations[0].Path.StartsWith(ZnodePaths.DeleteTopics + "/", StringComparison.Ordinal);

    private TopicZnode Merged(TopicImage topic)
    {
        var znode = ZnodeOf(topic);
        return _topicNodes.TryGetValue(topic.Name, out var known) && known.Znode.Id == topic.Id
            ? znode with { Adding = known.Znode.Adding, Removing = known.Znode.Removing }
            : znode;
    }

    private ZnodeWrite PlanChangedValues(ZnodeRound round, string entity, IReadOnlyDictionary<string, string> values)
    {
        var path = "/config/" + entity;
        var write = PlanValues(round, path, values, _configNodes.TryGetValue(path, out var version) ? version : MustBeNew);
        PlanNotice(round, entity);
        return write;
    }

    // Until it is known to be written: others read the values that it names, and nothing else tells them.
    private void PlanNotice(ZnodeRound round, string entity) => _notices[entity] =
        round.Write(ZnodeOperation.CreateSequential(ZnodePaths.ConfigChangePrefix, ConfigChangeZnode.Encode(entity)));

    private void TakeAnnounced()
    {
        foreach (var (entity, _) in _notices.Where(static notice => notice.Value.IsOk).ToArray())
        {
            _notices.Remove(entity);
        }
    }

    /// <summary>Tells others of values that were changed, where it is not known whether they were told. To hear of it twice does no harm.</summary>
    private IEnumerable<ZnodeRound> Announce()
    {
        var round = new ZnodeRound();
        foreach (var entity in _notices.Keys.ToArray())
        {
            PlanNotice(round, entity);
        }

        yield return round;
        TakeAnnounced();
        if (_notices.Count > 0 && ++_refusedNotices >= MaxLosses)
        {
            _logger.LogError(
                "Other brokers could not be told that {Values} changed: {Error}; they find out when they read everything anew",
                string.Join(", ", _notices.Keys),
                _notices.Values.First().Error);
            _notices.Clear();
        }

        if (_notices.Count == 0)
        {
            _refusedNotices = 0;
        }
    }

    /// <summary>
    /// As Kafka: set, and create where there was nothing to set. <paramref name="version"/> is that of the values from which these were made: what others
    /// wrote since, and nobody here has read, must not be lost. Returns the write that has to succeed.
    /// </summary>
    private ZnodeWrite PlanValues(ZnodeRound round, string path, IReadOnlyDictionary<string, string> values, int version)
    {
        var data = ConfigZnode.Encode(values);
        var set = round.Write(CheckController, ZnodeOperation.Set(path, data, version));
        _valueWrites.Add((path, set));
        if (version is not (AnyVersion or MustBeNew))
        {
            return set;
        }

        var create = round.Write(ZnodeOperation.Create(path, data));
        _valueWrites.Add((path, create));
        return create;
    }

    private void TakeWrittenValues()
    {
        foreach (var (path, write) in _valueWrites.Where(static written => written.Write.IsOk))
        {
            _configNodes[path] = write.Version;
        }

        _valueWrites.Clear();
    }

    private void PublishCommitted(MetadataDraft draft, MetadataDelta delta)
    {
        var committed = NewDraft();
        foreach (var topic in delta.ChangedTopics)
        {
            var present = _image.Topics.GetValueOrDefault(topic.Name)?.Partitions.Count ?? 0;
            committed.PutTopic(_isController ? topic : topic with
            {
                // Another broker is the controller: who leads is known when it has said so.
                Partitions = [.. topic.Partitions.Select(partition => partition.Partition < present ? partition : Unmade(partition))],
            });
        }

        committed.TakeValuesOf(draft);
        Publish(committed);
    }

    private static PartitionImage Unmade(PartitionImage partition) =>
        partition with { Leader = -1, LeaderEpoch = -1, PartitionEpoch = -1, InSyncReplicas = [] };

    /// <summary>
    /// Somebody else changed what the batch relied on, or the server refused it: it is made again from what is there now, a few times.
    /// </summary>
    private void MakeAgain(string path, KeeperError error)
    {
        _synchronized = false;
        var isConflict = error is KeeperError.BadVersion or KeeperError.NodeExists or KeeperError.NoNode or KeeperError.NotEmpty;
        PutBack(isConflict ? MaxAttempts : MaxLosses, attempts =>
        {
            var why = string.Create(CultureInfo.InvariantCulture, $"{path} could not be changed in {attempts} attempts: {error}");
            return isConflict ? new TimeoutException(why) : new ChangeFailedException(why);
        });
    }

    /// <summary>
    /// The batch waits again, except for changes that were begun <paramref name="limit"/> times: those are given up. Those that nobody waits for any more
    /// are dropped by <see cref="TakeBatch"/>.
    /// </summary>
    private void PutBack(int limit, Func<int, Exception> failureAfter)
    {
        var again = new List<PendingChange>();
        foreach (var change in _batch)
        {
            if (++change.Attempts < limit)
            {
                again.Add(change);
                continue;
            }

            var failure = failureAfter(change.Attempts);
            _logger.LogError("A change of the metadata is given up: {Why}", failure.Message);
            change.Fail(failure);
        }

        _waiting.InsertRange(0, again);
        _batch = [];
        ForgetEarlier();
    }

    // Changes that were begun may wait behind others for their turn alone.
    private void ForgetEarlier()
    {
        if (!_waiting.Exists(static change => change.Attempts > 0))
        {
            _earlier = null;
        }
    }

    private void Finish()
    {
        var done = _batch;
        (_batch, _restarts) = ([], 0);
        ForgetEarlier();
        foreach (var change in done)
        {
            change.Complete();
        }
    }
}
