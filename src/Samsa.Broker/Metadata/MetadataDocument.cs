namespace Samsa.Broker.Metadata;

/// <summary>The metadata file of an earlier Samsa as JSON.</summary>
internal sealed class MetadataDocument
{
    public const int CurrentVersion = 1;

    public int Version { get; set; } = CurrentVersion;

    public string ClusterId { get; set; } = "";

    public long NextProducerId { get; set; }

    public List<TopicDocument> Topics { get; set; } = [];

    public Dictionary<string, string>? DefaultBrokerConfigs { get; set; }

    public Dictionary<string, Dictionary<string, string>>? BrokerConfigs { get; set; }

    public Dictionary<string, Dictionary<string, string>>? GroupConfigs { get; set; }

    internal sealed class TopicDocument
    {
        public string Name { get; set; } = "";

        public string Id { get; set; } = "";

        public List<PartitionDocument> Partitions { get; set; } = [];

        public Dictionary<string, string>? Configs { get; set; }
    }

    internal sealed class PartitionDocument
    {
        public int LeaderEpoch { get; set; }

        public int PartitionEpoch { get; set; }

        public List<int> Replicas { get; set; } = [];
    }
}
