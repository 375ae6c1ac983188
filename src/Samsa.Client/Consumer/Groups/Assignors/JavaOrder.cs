namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>
/// The order in which Java's <c>HashMap</c> and <c>HashSet</c> give out what was put into them. The Java client keeps members and topics in such
/// maps, and who gets the partition that is left over depends on it; a group whose members differ must not depend on which of them leads.
/// Only buckets of nine and more entries would come in another order (Java makes a tree of them), which takes names made for it.
/// </summary>
internal static class JavaOrder
{
    private const int FirstCapacity = 16;

    /// <summary>Java's <c>String.hashCode</c>.</summary>
    public static int HashOf(string text)
    {
        var hash = 0;
        foreach (var unit in text)
        {
            hash = unchecked((31 * hash) + unit);
        }

        return hash;
    }

    /// <summary>The hash of Kafka's <c>TopicPartition</c>, from that of the topic.</summary>
    public static int HashOf(int topicHash, int partition) => unchecked((31 * (31 + partition)) + topicHash);

    /// <summary>How many buckets a map has that grew to <paramref name="count"/> entries from <paramref name="capacity"/> buckets.</summary>
    public static int Grow(int capacity, int count)
    {
        while (count > capacity / 4 * 3)
        {
            capacity *= 2;
        }

        return capacity;
    }

    /// <summary>The bucket of a hash.</summary>
    public static int Bucket(int hash, int capacity) => (hash ^ (hash >>> 16)) & (capacity - 1);

    /// <summary>The items as a map gives them out in which their names were put one after the other.</summary>
    public static List<T> Of<T>(IReadOnlyCollection<T> items, Func<T, string> name)
    {
        var capacity = Grow(FirstCapacity, items.Count);
        // A stable sort: in one bucket the order of arrival stays.
        return [.. items.OrderBy(item => Bucket(HashOf(name(item)), capacity))];
    }

    /// <summary>
    /// The same for <c>computeIfAbsent</c> instead of <c>put</c>: a new entry comes first in its bucket, and a map that is full grows with the next
    /// entry.
    /// </summary>
    public static List<T> OfComputed<T>(IReadOnlyCollection<T> items, Func<T, string> name)
    {
        var capacity = Grow(FirstCapacity, items.Count - 1);
        return [.. items.Reverse().OrderBy(item => Bucket(HashOf(name(item)), capacity))];
    }

    /// <summary>Where the numbers of partitions wait whose first one a <c>HashSet</c> would give out.</summary>
    public sealed class PartitionSet(int topicHash)
    {
        private readonly List<int> _partitions = [];
        private int _capacity = FirstCapacity;

        public bool IsEmpty => _partitions.Count == 0;

        /// <summary>The one in the first bucket that is not empty. The set must not be empty.</summary>
        public int First
        {
            get
            {
                var (first, firstBucket) = (-1, int.MaxValue);
                foreach (var partition in _partitions)
                {
                    var bucket = Bucket(HashOf(topicHash, partition), _capacity);
                    if (bucket < firstBucket)
                    {
                        (first, firstBucket) = (partition, bucket);
                    }
                }

                return first;
            }
        }

        public void Add(int partition)
        {
            _partitions.Add(partition);
            _capacity = Grow(_capacity, _partitions.Count);
        }

        public void Remove(int partition) => _partitions.Remove(partition);
    }
}
