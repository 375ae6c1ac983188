using Samsa.Broker.Configuration;

namespace Samsa.Broker.Metadata;

/// <summary>
/// What the cluster knows and how it changes. A change is durable, is in <see cref="Current"/> and all handlers of
/// <see cref="Changed"/> have returned before the task of the method that made it completes. Expected failures are values with
/// Kafka's codes and texts; an exception means a broken disk or a bug.
/// </summary>
public interface IClusterMetadata
{
    /// <summary>
    /// Raised for every new image, in order, one at a time, on a thread of the pool. A handler must not wait for another change.
    /// </summary>
    event Action<MetadataImage, MetadataDelta>? Changed;

    /// <summary>The newest image. Reading is free of locks.</summary>
    MetadataImage Current { get; }

    /// <summary>The configuration of this broker with the dynamic values of <see cref="Current"/> on top.</summary>
    BrokerConfig BrokerConfig { get; }

    /// <summary>Makes topics; one result for each, in order.</summary>
    Task<IReadOnlyList<CreateTopicResult>> CreateTopicsAsync(
        IReadOnlyList<NewTopic> topics, bool validateOnly, CancellationToken cancellation = default);

    /// <summary>Removes topics by name; one result for each, in order.</summary>
    Task<IReadOnlyList<MetadataError>> DeleteTopicsAsync(IReadOnlyList<string> names, CancellationToken cancellation = default);

    /// <summary>Adds partitions to topics; one result for each, in order.</summary>
    Task<IReadOnlyList<MetadataError>> CreatePartitionsAsync(
        IReadOnlyList<NewPartitions> topics, bool validateOnly, CancellationToken cancellation = default);

    /// <summary>Changes values of topics, brokers and groups; one result for each resource, in order.</summary>
    Task<IReadOnlyList<MetadataError>> AlterConfigsAsync(
        IReadOnlyList<ConfigAlteration> alterations, bool validateOnly, CancellationToken cancellation = default);

    /// <summary>A block of producer ids that nobody else gets, not even after a crash.</summary>
    Task<ProducerIdBlock> AllocateProducerIdsAsync(CancellationToken cancellation = default);

    /// <summary>Announces a broker, with the ports that it really listens on.</summary>
    Task RegisterBrokerAsync(BrokerImage broker, CancellationToken cancellation = default);
}
