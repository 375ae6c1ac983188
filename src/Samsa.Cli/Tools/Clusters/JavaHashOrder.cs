namespace Samsa.Cli.Tools.Clusters;

/// <summary>
/// The order in which a Java program walks over a HashMap with these keys: Kafka's tools print some lists in it, and scripts compare
/// them.
/// </summary>
internal static class JavaHashOrder
{
    private const int FirstCapacity = 16;

    /// <summary>The items in the order of their keys' places in the table; those of one place in the order given.</summary>
    public static IEnumerable<T> Of<T>(IReadOnlyCollection<T> items, Func<T, string> key)
    {
        // The table doubles when it is filled to three quarters.
        int capacity = FirstCapacity;
        while (capacity / 4 * 3 < items.Count)
            capacity *= 2;
        return items.OrderBy(item => Place(key(item), capacity));
    }

    private static int Place(string key, int capacity)
    {
        int hash = 0;
        foreach (char letter in key)
            hash = unchecked((31 * hash) + letter);
        return (hash ^ (int)((uint)hash >> 16)) & (capacity - 1);
    }
}
