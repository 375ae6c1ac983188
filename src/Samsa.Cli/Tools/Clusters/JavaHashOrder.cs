using Samsa.Protocol;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>
/// The order in which a Java program walks over a HashMap with these keys: Kafka's tools print some lists in it, and scripts compare
/// them.
/// </summary>
internal static class JavaHashOrder
{
    private const int FirstCapacity = 16;

    /// <summary>The items in the order of their keys' places in the table; those of one place in the order given.</summary>
    public static IEnumerable<T> Of<T>(IReadOnlyCollection<T> items, Func<T, string> key) => Sorted(items, item => Hash(key(item)));

    /// <summary>The same where partitions are the keys.</summary>
    public static IEnumerable<TopicPartition> Of(IReadOnlyCollection<TopicPartition> partitions) =>
        Sorted(partitions, static p => unchecked((31 * (31 + p.Partition)) + Hash(p.Topic)));

    private static IEnumerable<T> Sorted<T>(IReadOnlyCollection<T> items, Func<T, int> hash)
    {
        // The table doubles when it is filled to three quarters.
        int capacity = FirstCapacity;
        while (capacity / 4 * 3 < items.Count)
            capacity *= 2;
        return items.OrderBy(item => Place(hash(item), capacity));
    }

    private static int Place(int hash, int capacity) => (hash ^ (int)((uint)hash >> 16)) & (capacity - 1);

    private static int Hash(string text)
    {
        int hash = 0;
        foreach (char letter in text)
            hash = unchecked((31 * hash) + letter);
        return hash;
    }
}
