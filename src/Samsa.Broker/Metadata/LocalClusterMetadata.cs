using System.Globalization;
using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Protocol;

namespace Samsa.Broker.Metadata;

/// <summary>
/// Owns the metadata of a cluster of one broker: the current image and its file in the first log directory.
/// Any thread reads and asks for changes; one task at a time commits, and takes all changes that wait into one write (group commit).
/// Lives as long as the broker; needs no closing, every change is on disk before it is seen.
/// Fails with <see cref="Samsa.Storage.StorageException"/> when the file cannot be written: the changes of that write are as if they had not been asked for.
/// </summary>
public sealed class LocalClusterMetadata : IClusterMetadata
{
    /// <summary>How many producer ids are handed out at a time, as in Kafka.</summary>
    public const int ProducerIdBlockSize = 1000;

    private readonly Lock _lock = new();
    private readonly MetadataFile _file;
    private readonly BrokerConfig _staticConfig;
    private readonly int _brokerId;
    private readonly ILogger _logger;
    private List<PendingChange> _waiting = [];
    private bool _committing;
    private long _nextProducerId;
    private volatile MetadataImage _current;
    private volatile BrokerConfig _brokerConfig;

    private LocalClusterMetadata(LocalMetadataOptions options, MetadataFile file, MetadataImage image, long nextProducerId)
    {
        _file = file;
        _staticConfig = options.Config;
        _brokerId = options.Identity.BrokerId;
        _logger = options.Logger;
        _nextProducerId = nextProducerId;
        _current = image;
        _brokerConfig = _staticConfig.WithDynamic(image.DefaultBrokerConfigs, image.ConfigsOfBroker(_brokerId));
    }

    /// <inheritdoc/>
    public event Action<MetadataImage, MetadataDelta>? Changed;

    /// <inheritdoc/>
    public MetadataImage Current => _current;

    /// <inheritdoc/>
    public BrokerConfig BrokerConfig => _brokerConfig;

    /// <summary>
    /// Reads the metadata file, or makes a first one: then the partition directories that lie in the log directories become topics.
    /// Every leader epoch grows by one, as with every start of a broker that leads alone.
    /// </summary>
    /// <exception cref="Samsa.Storage.StorageException">The file is damaged, or the directory cannot be written.</exception>
    /// <exception cref="ConfigException">The file belongs to another cluster.</exception>
    public static LocalClusterMetadata Open(LocalMetadataOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var directories = options.LogDirs ?? options.Config.LogDirs;
        options.Files.CreateDirectory(directories[0]);
        var file = new MetadataFile(options.Files, directories[0]);
        var document = file.Read();
        IEnumerable<TopicImage> topics;
        if (document == null)
        {
            var adopted = new TopicAdoption(options).FindTopics(directories);
            topics = adopted;
            if (adopted.Count > 0)
            {
                options.Logger.LogInformation("No metadata file in {Directory}: adopted {Count} topics found on disk", directories[0], adopted.Count);
            }
        }
        else if (document.ClusterId != options.Identity.ClusterId && document.ClusterId.Length > 0)
        {
            throw new ConfigException(
                $"{MetadataFile.Name} in {directories[0]} belongs to cluster {document.ClusterId}, meta.properties to {options.Identity.ClusterId}");
        }
        else
        {
            topics = MetadataFile.Topics(document);
        }

        var image = FirstImage(options, document, topics);
        var nextProducerId = Math.Max(document?.NextProducerId ?? 0, options.HighestProducerId + 1);
        file.Write(image, nextProducerId);
        return new LocalClusterMetadata(options, file, image, nextProducerId);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<CreateTopicResult>> CreateTopicsAsync(
        IReadOnlyList<NewTopic> topics, bool validateOnly, CancellationToken cancellation = default) =>
        ChangeAsync<IReadOnlyList<CreateTopicResult>>(
            draft =>
            {
                var results = new CreateTopicResult[topics.Count];
                var partitions = topics.Sum(topic => (long)Math.Max(1, Math.Max(topic.Partitions, topic.Assignments?.Count ?? 0)));
                for (var i = 0; i < results.Length; i++)
                {
                    results[i] = partitions > TopicCreation.MaxPartitionsPerRequest
                        ? new CreateTopicResult(TopicCreation.TooManyPartitions(), null)
                        : TopicCreation.Create(draft, topics[i], validateOnly);
                }

                return results;
            },
            cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MetadataError>> DeleteTopicsAsync(IReadOnlyList<string> names, CancellationToken cancellation = default) =>
        ForEachAsync(names, DeleteTopic, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MetadataError>> CreatePartitionsAsync(
        IReadOnlyList<NewPartitions> topics, bool validateOnly, CancellationToken cancellation = default) =>
        ForEachAsync(topics, (draft, topic) => TopicCreation.AddPartitions(draft, topic, validateOnly), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MetadataError>> AlterConfigsAsync(
        IReadOnlyList<ConfigAlteration> alterations, bool validateOnly, CancellationToken cancellation = default) =>
        ForEachAsync(alterations, (draft, alteration) => ConfigAlterations.Apply(draft, alteration, validateOnly), cancellation);

    /// <inheritdoc/>
    public Task<ProducerIdBlock> AllocateProducerIdsAsync(CancellationToken cancellation = default) =>
        ChangeAsync(draft => draft.TakeProducerIds(ProducerIdBlockSize), cancellation);

    /// <inheritdoc/>
    public Task RegisterBrokerAsync(BrokerImage broker, CancellationToken cancellation = default) =>
        ChangeAsync(
            draft =>
            {
                draft.PutBroker(broker);
                return true;
            },
            cancellation);

    private static MetadataError DeleteTopic(MetadataDraft draft, string name)
    {
        if (!draft.BrokerConfig.Topics.AllowDelete)
        {
            return new MetadataError(ErrorCode.TopicDeletionDisabled, "Topic deletion is disabled.");
        }

        if (!draft.Topics.TryGetValue(name, out var topic))
        {
            return new MetadataError(ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        }

        draft.RemoveTopic(topic);
        return MetadataError.None;
    }

    private static MetadataImage FirstImage(LocalMetadataOptions options, MetadataDocument? document, IEnumerable<TopicImage> topics)
    {
        var byName = new Dictionary<string, TopicImage>(StringComparer.Ordinal);
        var byId = new Dictionary<Guid, TopicImage>();
        foreach (var topic in topics)
        {
            var started = topic with { Partitions = [.. topic.Partitions.Select(NextEpoch)] };
            byName[topic.Name] = started;
            byId[topic.Id] = started;
        }

        return new MetadataImage
        {
            Version = 1,
            ClusterId = options.Identity.ClusterId,
            ControllerId = options.Identity.BrokerId,
            Brokers = new Dictionary<int, BrokerImage>(),
            Topics = byName,
            TopicsById = byId,
            DefaultBrokerConfigs = document?.DefaultBrokerConfigs ?? [],
            BrokerConfigs = (document?.BrokerConfigs ?? []).ToDictionary(
                pair => int.Parse(pair.Key, CultureInfo.InvariantCulture), pair => (IReadOnlyDictionary<string, string>)pair.Value),
            GroupConfigs = (document?.GroupConfigs ?? []).ToDictionary(
                pair => pair.Key, pair => (IReadOnlyDictionary<string, string>)pair.Value, StringComparer.Ordinal),
        };
    }

    private static PartitionImage NextEpoch(PartitionImage partition) =>
        partition with { LeaderEpoch = Next(partition.LeaderEpoch), PartitionEpoch = Next(partition.PartitionEpoch) };

    // An epoch checkpoint may say anything; an epoch that became negative would stop the next start.
    private static int Next(int epoch) => epoch == int.MaxValue ? epoch : epoch + 1;

    private Task<IReadOnlyList<MetadataError>> ForEachAsync<TItem>(
        IReadOnlyList<TItem> items, Func<MetadataDraft, TItem, MetadataError> change, CancellationToken cancellation) =>
        ChangeAsync<IReadOnlyList<MetadataError>>(
            draft =>
            {
                var errors = new MetadataError[items.Count];
                for (var i = 0; i < errors.Length; i++)
                {
                    errors[i] = change(draft, items[i]);
                }

                return errors;
            },
            cancellation);

    private Task<TResult> ChangeAsync<TResult>(Func<MetadataDraft, TResult> change, CancellationToken cancellation)
    {
        var pending = new PendingChange<TResult>(change);
        lock (_lock)
        {
            _waiting.Add(pending);
            if (!_committing)
            {
                _committing = true;
                _ = Task.Run(CommitAll, CancellationToken.None);
            }
        }

        return pending.Done.WaitAsync(cancellation);
    }

    private void CommitAll()
    {
        while (true)
        {
            List<PendingChange> batch;
            lock (_lock)
            {
                if (_waiting.Count == 0)
                {
                    _committing = false;
                    return;
                }

                batch = _waiting;
                _waiting = [];
            }

            Commit(batch);
        }
    }

    private void Commit(List<PendingChange> batch)
    {
        try
        {
            var draft = new MetadataDraft(_current, _nextProducerId, _staticConfig, _brokerId);
            foreach (var pending in batch)
            {
                pending.Apply(draft);
            }

            var image = draft.HasNews ? draft.ToImage() : _current;
            if (draft.MustPersist)
            {
                _file.Write(image, draft.NextProducerId);
                _nextProducerId = draft.NextProducerId;
            }

            if (draft.HasNews)
            {
                _brokerConfig = draft.BrokerConfig;
                _current = image;
                Announce(image, draft.ToDelta());
            }
        }
        catch (Exception failed)
        {
            _logger.LogError(failed, "A change of the metadata failed");
            foreach (var pending in batch)
            {
                pending.Fail(failed);
            }

            return;
        }

        foreach (var pending in batch)
        {
            pending.Complete();
        }
    }

    private void Announce(MetadataImage image, MetadataDelta delta)
    {
        foreach (var handler in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<MetadataImage, MetadataDelta>)handler)(image, delta);
            }
            catch (Exception failed)
            {
                _logger.LogError(failed, "A listener of metadata version {Version} failed", image.Version);
            }
        }
    }
}
