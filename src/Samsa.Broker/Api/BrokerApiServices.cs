using Samsa.Broker.Configuration;
using Samsa.Broker.Groups;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metrics;
using Samsa.Broker.Replication;
using Samsa.Storage.Directories;

namespace Samsa.Broker.Api;

/// <summary>What handlers are made of.</summary>
public sealed record BrokerApiServices(
    BrokerConfig Config,
    BrokerIdentity Identity,
    IClusterMetadata Metadata,
    ReplicaManager Replicas,
    LogManager Logs,
    ProducerIds ProducerIds,
    GroupCoordinator Groups,
    BrokerMetrics Metrics,
    TimeProvider Time);
