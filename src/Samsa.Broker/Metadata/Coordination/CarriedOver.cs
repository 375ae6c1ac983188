namespace Samsa.Broker.Metadata.Coordination;

/// <summary>
/// Metadata from elsewhere that an empty tree takes over: the file of a Samsa without ZooKeeper, or what the partition directories of
/// another Kafka tell.
/// </summary>
internal sealed record CarriedOver
{
    /// <summary>The topics with their leader epochs and values.</summary>
    public required IReadOnlyList<TopicImage> Topics { get; init; }

    /// <summary>True: also a tree that is not empty gets what it does not have. For a file that a crash kept from being put away.</summary>
    public bool Always { get; init; }

    /// <summary>The first producer id that nobody has.</summary>
    public long NextProducerId { get; init; }

    /// <summary>Values set at run time for all brokers.</summary>
    public IReadOnlyDictionary<string, string> DefaultBrokerConfigs { get; init; } = new Dictionary<string, string>();

    /// <summary>Values set at run time for single brokers.</summary>
    public IReadOnlyDictionary<int, IReadOnlyDictionary<string, string>> BrokerConfigs { get; init; } =
        new Dictionary<int, IReadOnlyDictionary<string, string>>();

    /// <summary>Values set at run time for groups.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> GroupConfigs { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();
}
