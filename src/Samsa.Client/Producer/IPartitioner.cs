using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>Chooses the partition of records that name none. Used from any thread, by several at once.</summary>
public interface IPartitioner
{
    /// <summary>The partition of a record, from 0 to below <paramref name="partitionCount"/>.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="key">The serialized key.</param>
    /// <param name="value">The serialized value.</param>
    /// <param name="partitionCount">The number of partitions that the topic has now.</param>
    int Partition(string topic, OptionalBytes key, OptionalBytes value, int partitionCount);
}
