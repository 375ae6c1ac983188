using System.Globalization;
using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Znodes;

namespace Samsa.Broker.Metadata.Coordination;

/// <content>What a node that was read changes in the image. A node that says nonsense changes nothing, and is named in the log.</content>
internal sealed partial class ClusterMachine
{
    private static string? TopicOf(string path)
    {
        if (!path.StartsWith(ZnodePaths.Topics + "/", StringComparison.Ordinal))
        {
            return null;
        }

        var below = path[(ZnodePaths.Topics.Length + 1)..];
        var slash = below.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? below : below[..slash];
    }

    private void TakeController(MetadataDraft draft, ZnodeRead read)
    {
        var controller = -1;
        try
        {
            controller = read is { Exists: true, Data: { } data } ? ControllerZnode.Decode(data) : -1;
        }
        catch (ZnodeFormatException damaged)
        {
            _logger.LogWarning("{Why}; it counts as no controller until it goes", damaged.Message);
        }

        _isController = controller == BrokerId && read.EphemeralOwner == _session && _controllerEpoch > 0;
        draft.SetController(controller);
    }

    private void TakeBroker(MetadataDraft draft, string name, ZnodeRead read)
    {
        if (name == ZnodePaths.BrokerName(BrokerId))
        {
            _owner = read.EphemeralOwner;
        }

        if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || read is not { Exists: true, Data: { } data })
        {
            return;
        }

        try
        {
            draft.PutBroker(BrokerZnode.Decode(id, read.Czxid, data));
        }
        catch (ZnodeFormatException damaged)
        {
            _logger.LogWarning("{Why}; that broker is not known here", damaged.Message);
        }
    }

    private void RemoveBroker(MetadataDraft draft, int broker)
    {
        draft.RemoveBroker(broker);
        if (broker == BrokerId)
        {
            _owner = 0;
        }
    }

    private void TakeTopic(MetadataDraft draft, TopicRead read)
    {
        var name = read.Name;
        draft.Topics.TryGetValue(name, out var known);
        if (!read.Node.Exists)
        {
            if (known != null)
            {
                Lose(draft, known);
            }

            return;
        }

        if (TopicNames.Problem(name) is { } problem)
        {
            _logger.LogWarning("{Path} is passed over: {Why}", ZnodePaths.Topic(name), problem);
            return;
        }

        TopicImage topic;
        try
        {
            topic = read.ToImage(ValuesOf(read.Config, known?.Configs), known, _logger);
        }
        catch (ZnodeFormatException damaged)
        {
            _logger.LogWarning("{Why}; the topic stays as it was known here", damaged.Message);
            if (read.Znode == null && _topicNodes.TryGetValue(name, out var node))
            {
                // Whoever writes it again replaces what was read.
                _topicNodes[name] = node with { Version = read.Node.Version };
            }

            return;
        }

        _topicNodes[name] = new TopicNode(read.Znode!, read.Node.Version);
        if (known == null || known.Id != topic.Id || !known.Partitions.SequenceEqual(topic.Partitions, PartitionComparer.Instance))
        {
            if (known != null && known.Id != topic.Id && known.Id != Guid.Empty)
            {
                // Deleted and made again by others; the old records are put aside when the new log is made.
                Lose(draft, known);
                _topicNodes[name] = new TopicNode(read.Znode!, read.Node.Version);
            }

            draft.PutTopic(topic);
            if (known?.Id == topic.Id && !ConfigAlterations.Same(topic.Configs, known.Configs))
            {
                draft.SetTopicConfigs(topic, topic.Configs);
            }
        }
        else if (!ConfigAlterations.Same(topic.Configs, known.Configs))
        {
            draft.SetTopicConfigs(known, topic.Configs);
        }
    }

    private void Lose(MetadataDraft draft, TopicImage topic)
    {
        _topicNodes.Remove(topic.Name);
        if (_marks.Contains(topic.Name))
        {
            draft.RemoveTopic(topic);
            return;
        }

        _logger.LogWarning(
            "Topic {Topic} is not in ZooKeeper any more, and nobody asked for its deletion: its records stay in the log directories",
            topic.Name);
        draft.LoseTopic(topic);
    }

    private void TakeValues(MetadataDraft draft, ZnodeRead read)
    {
        var parts = read.Path.Split('/');
        var (kind, name) = (parts[2], parts[^1]);
        switch (kind)
        {
            case "topics" when draft.Topics.TryGetValue(name, out var topic):
                if (ValuesOf(read, topic.Configs) is var values && !ConfigAlterations.Same(values, topic.Configs))
                {
                    draft.SetTopicConfigs(topic, values);
                }

                break;
            case "brokers" when name == ZnodePaths.Default || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _):
                TakeBrokerValues(draft, name == ZnodePaths.Default ? null : int.Parse(name, CultureInfo.InvariantCulture), read);
                break;
            case "groups":
                var group = ZnodePaths.Unescape(name);
                if (ValuesOf(read, draft.ConfigsOfGroup(group)) is var ofGroup && !ConfigAlterations.Same(ofGroup, draft.ConfigsOfGroup(group)))
                {
                    draft.SetGroupConfigs(group, ofGroup);
                }

                break;
        }
    }

    private void TakeBrokerValues(MetadataDraft draft, int? broker, ZnodeRead read)
    {
        var present = broker is { } id ? draft.ConfigsOf(id) : draft.DefaultBrokerConfigs;
        var values = ValuesOf(read, present);
        if (ConfigAlterations.Same(values, present))
        {
            return;
        }

        try
        {
            var effective = draft.StaticConfig.WithDynamic(
                broker == null ? values : draft.DefaultBrokerConfigs,
                broker == BrokerId ? values : draft.ConfigsOf(BrokerId));
            draft.SetBrokerConfigs(broker, values, effective);
        }
        catch (ConfigException wrong)
        {
            _logger.LogWarning("{Path} is not obeyed: {Why}", read.Path, wrong.Message);
        }
    }

    private void RemoveOldChanges(ZnodeRound round)
    {
        // change.notification.expiration of Kafka: whoever was away for longer has read everything anew.
        var oldest = Now() - (long)TimeSpan.FromMinutes(15).TotalMilliseconds;
        foreach (var name in _changeNodes.Where(change => change.Value < oldest).Select(static change => change.Key).ToArray())
        {
            round.Write(ZnodeOperation.Delete($"{ZnodePaths.ConfigChanges}/{name}"));
            _changeNodes.Remove(name);
        }
    }

    private IReadOnlyDictionary<string, string> ValuesOf(ZnodeRead read, IReadOnlyDictionary<string, string>? otherwise)
    {
        try
        {
            if (read.Exists)
            {
                _configNodes[read.Path] = read.Version;
            }

            return ValuesInTree.Valid(read.Path, ConfigZnode.Decode(read.Path, read.Data), otherwise, _logger);
        }
        catch (ZnodeFormatException damaged)
        {
            _logger.LogWarning("{Why}; the values stay as they were", damaged.Message);
            return otherwise ?? new Dictionary<string, string>();
        }
    }

    private string? EntityOf(ZnodeRead read)
    {
        try
        {
            var (kind, name) = ConfigChangeZnode.Decode(read.Path, read.Data.GetValueOrDefault());
            return kind is "topics" or "brokers" or "groups" ? $"{kind}/{name}" : null;
        }
        catch (ZnodeFormatException damaged)
        {
            _logger.LogWarning("{Why}; that change is passed over", damaged.Message);
            return null;
        }
    }
}
