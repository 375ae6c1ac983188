namespace Samsa.Broker.Configuration;

/// <summary>The keys that say how topics come and go, and how the internal topics are made.</summary>
public sealed class TopicOptions
{
    internal TopicOptions(ConfigValues values)
    {
        AutoCreate = values.GetBool(BrokerKeys.AutoCreateTopicsEnable);
        AllowDelete = values.GetBool(BrokerKeys.DeleteTopicEnable);
        DefaultPartitions = values.GetInt(BrokerKeys.NumPartitions);
        DefaultReplicationFactor = values.GetInt(BrokerKeys.DefaultReplicationFactor);
        Offsets = new InternalTopicOptions(
            values.GetInt(BrokerKeys.OffsetsTopicNumPartitions),
            values.GetInt(BrokerKeys.OffsetsTopicReplicationFactor),
            values.GetInt(BrokerKeys.OffsetsTopicSegmentBytes),
            null);
        TransactionState = new InternalTopicOptions(
            values.GetInt(BrokerKeys.TransactionStateLogNumPartitions),
            values.GetInt(BrokerKeys.TransactionStateLogReplicationFactor),
            values.GetInt(BrokerKeys.TransactionStateLogSegmentBytes),
            values.GetInt(BrokerKeys.TransactionStateLogMinIsr));
    }

    /// <summary><c>auto.create.topics.enable</c>.</summary>
    public bool AutoCreate { get; }

    /// <summary><c>delete.topic.enable</c>.</summary>
    public bool AllowDelete { get; }

    /// <summary><c>num.partitions</c>.</summary>
    public int DefaultPartitions { get; }

    /// <summary><c>default.replication.factor</c>.</summary>
    public int DefaultReplicationFactor { get; }

    /// <summary><c>offsets.topic.*</c>: how <c>__consumer_offsets</c> is made.</summary>
    public InternalTopicOptions Offsets { get; }

    /// <summary><c>transaction.state.log.*</c>: how <c>__transaction_state</c> is made.</summary>
    public InternalTopicOptions TransactionState { get; }
}
