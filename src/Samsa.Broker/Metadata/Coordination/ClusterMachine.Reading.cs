using Microsoft.Extensions.Logging;
using Samsa.Broker.Metadata.Znodes;

namespace Samsa.Broker.Metadata.Coordination;

/// <content>Reading the tree: all of it after a start and whenever it is not known what was missed, otherwise what changed.</content>
internal sealed partial class ClusterMachine
{
    private IEnumerable<ZnodeRound> Synchronize()
    {
        _changedPaths.Clear();
        _changeNodes.Clear();
        _configNodes.Clear();
        var lists = new ZnodeRound();

        // First: a topic goes before its mark, so that whoever finds it gone has found why.
        var marks = lists.Children(ZnodePaths.DeleteTopics, watch: true);
        var topics = lists.Children(ZnodePaths.Topics, watch: true);
        var brokers = lists.Children(ZnodePaths.BrokerIds, watch: true);
        var changes = lists.Children(ZnodePaths.ConfigChanges, watch: true);
        var brokerConfigs = lists.Children(ZnodePaths.BrokerConfigs);
        var groupConfigs = lists.Children(ZnodePaths.GroupConfigs);
        var controller = lists.Get(ZnodePaths.Controller, watch: true);
        yield return lists;

        var draft = NewDraft();
        _marks.UnionWith(marks.Children);
        TakeController(draft, controller);
        var nodes = new ZnodeRound();
        var readBrokers = brokers.Children.ToDictionary(static name => name, name => nodes.Get($"{ZnodePaths.BrokerIds}/{name}", watch: true));
        var readChanges = changes.Children.ToDictionary(static name => name, name => nodes.Get($"{ZnodePaths.ConfigChanges}/{name}"));
        var values = brokerConfigs.Children.Select(name => nodes.Get($"{ZnodePaths.BrokerConfigs}/{name}"))
            .Concat(groupConfigs.Children.Select(name => nodes.Get($"{ZnodePaths.GroupConfigs}/{name}"))).ToArray();
        var reads = topics.Children.Select(name => new TopicRead(name, nodes)).ToArray();
        yield return nodes;

        // Only this broker changes partitions while it is the controller.
        _watchesStates = draft.ControllerId >= 0 && !_isController;
        var states = new ZnodeRound();
        foreach (var read in reads)
        {
            read.ReadStates(states, _watchesStates);
        }

        yield return states;
        foreach (var (name, read) in readBrokers)
        {
            TakeBroker(draft, name, read);
        }

        foreach (var gone in draft.Brokers.Keys.Where(id => !readBrokers.ContainsKey(ZnodePaths.BrokerName(id))).ToArray())
        {
            RemoveBroker(draft, gone);
        }

        foreach (var (name, read) in readChanges)
        {
            _changeNodes[name] = read.CreatedAt;
        }

        foreach (var read in values)
        {
            TakeValues(draft, read);
        }

        foreach (var read in reads)
        {
            TakeTopic(draft, read);
        }

        // A list that may not be read says nothing of what there is.
        TopicsInTree = topics.Exists ? topics.Children.ToHashSet(StringComparer.Ordinal) : null;
        foreach (var gone in TopicsInTree is { } present ? draft.Topics.Values.Where(topic => !present.Contains(topic.Name)).ToArray() : [])
        {
            Lose(draft, gone);
        }

        _marks = [.. marks.Children];
        _synchronized = true;
        Publish(draft);
        foreach (var round in _registered ? FollowUp() : [])
        {
            yield return round;
        }
    }

    /// <summary>What the news ask for: to register again, to stand for election, the controller's duties.</summary>
    private IEnumerable<ZnodeRound> FollowUp()
    {
        if (_owner == 0 || IsFormer(_owner))
        {
            _logger.LogWarning("{Path} is gone; the broker registers again", ZnodePaths.Broker(BrokerId));
            _registered = false;
            yield break;
        }

        if (_owner != _session)
        {
            // Whoever has the node is the one whom the cluster knows: he may decide, and not this broker.
            if (_rival != _owner)
            {
                _rival = _owner;
                _logger.LogError(
                    "{Path} belongs to session 0x{Session:x}: another broker has the id of this one, which serves on and registers when that node goes",
                    ZnodePaths.Broker(BrokerId),
                    _owner);
            }

            yield break;
        }

        // Also where the node is ours, but the election's answer was lost.
        foreach (var round in _image.ControllerId < 0 || (_image.ControllerId == BrokerId && !_isController) ? Elect() : [])
        {
            yield return round;
        }

        foreach (var round in _isController ? DoDuties() : [])
        {
            yield return round;
        }
    }

    /// <summary>Reads what watches told.</summary>
    private IEnumerable<ZnodeRound> Refresh()
    {
        var paths = _changedPaths;
        _changedPaths = new HashSet<string>(StringComparer.Ordinal);
        var first = new ZnodeRound();
        var marks = paths.Contains(ZnodePaths.DeleteTopics) ? first.Children(ZnodePaths.DeleteTopics, watch: true) : null;
        var topics = paths.Contains(ZnodePaths.Topics) ? first.Children(ZnodePaths.Topics, watch: true) : null;
        var brokers = paths.Contains(ZnodePaths.BrokerIds) ? first.Children(ZnodePaths.BrokerIds, watch: true) : null;
        var changes = paths.Contains(ZnodePaths.ConfigChanges) ? first.Children(ZnodePaths.ConfigChanges, watch: true) : null;
        var controller = paths.Contains(ZnodePaths.Controller) ? first.Get(ZnodePaths.Controller, watch: true) : null;
        var touched = paths.Select(TopicOf).OfType<string>().ToHashSet(StringComparer.Ordinal);
        yield return first;

        if (topics is { Exists: true })
        {
            touched.UnionWith(topics.Children.Where(name => !_topicNodes.ContainsKey(name)));
            touched.UnionWith(_topicNodes.Keys.Except(topics.Children));
        }

        _marks.UnionWith(marks?.Children ?? []);
        var second = new ZnodeRound();
        var reads = touched.Select(name => new TopicRead(name, second)).ToArray();
        var names = (brokers?.Children ?? []).Where(name => !_image.Brokers.Keys.Select(id => ZnodePaths.BrokerName(id)).Contains(name))
            .Concat(paths.Where(static path => path.StartsWith(ZnodePaths.BrokerIds + "/", StringComparison.Ordinal))
                .Select(static path => path[(ZnodePaths.BrokerIds.Length + 1)..]));
        var readBrokers = names.Distinct().ToDictionary(static name => name, name => second.Get($"{ZnodePaths.BrokerIds}/{name}", watch: true));
        var readChanges = (changes?.Children ?? []).Where(name => !_changeNodes.ContainsKey(name))
            .ToDictionary(static name => name, name => second.Get($"{ZnodePaths.ConfigChanges}/{name}"));
        yield return second;

        var third = new ZnodeRound();
        foreach (var read in reads)
        {
            read.ReadStates(third, _watchesStates);
        }

        var values = new List<ZnodeRead>();
        foreach (var (name, read) in readChanges.Where(static pair => pair.Value.Exists))
        {
            _changeNodes[name] = read.CreatedAt;
            if (EntityOf(read) is { } entity)
            {
                values.Add(third.Get("/config/" + entity));
            }
        }

        if (readChanges.Count > 0)
        {
            RemoveOldChanges(third);
        }

        yield return third;

        var draft = NewDraft();
        foreach (var (name, read) in readBrokers)
        {
            TakeBroker(draft, name, read);
        }

        foreach (var gone in brokers == null ? [] : draft.Brokers.Keys.Where(id => !brokers.Children.Contains(ZnodePaths.BrokerName(id))).ToArray())
        {
            RemoveBroker(draft, gone);
        }

        foreach (var read in reads)
        {
            TakeTopic(draft, read);
        }

        foreach (var read in values)
        {
            TakeValues(draft, read);
        }

        if (marks is { Exists: true })
        {
            _marks = [.. marks.Children];
        }

        if (controller != null)
        {
            TakeController(draft, controller);
        }

        Publish(draft);
        foreach (var round in _registered ? FollowUp() : [])
        {
            yield return round;
        }
    }
}
