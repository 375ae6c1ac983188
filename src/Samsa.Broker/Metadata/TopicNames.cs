using System.Buffers;

namespace Samsa.Broker.Metadata;

/// <summary>Kafka's rules for the names of topics.</summary>
public static class TopicNames
{
    /// <summary>Where groups keep their offsets.</summary>
    public const string ConsumerOffsets = "__consumer_offsets";

    /// <summary>Where transactions keep their state.</summary>
    public const string TransactionState = "__transaction_state";

    /// <summary>Where share groups keep their state.</summary>
    public const string ShareGroupState = "__share_group_state";

    /// <summary>The log of Kafka's own controllers: no topic may have its name.</summary>
    public const string ClusterMetadata = "__cluster_metadata";

    private const int MaxLength = 249;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    /// <summary>True for the topics in which brokers keep their state; clients may not write there.</summary>
    public static bool IsInternal(string name) => name is ConsumerOffsets or TransactionState or ShareGroupState;

    /// <summary>Null when <paramref name="name"/> can be the name of a topic, otherwise why not.</summary>
    public static string? Problem(string name)
    {
        if (name.Length == 0)
        {
            return "Topic name is invalid: the empty string is not allowed";
        }

        if (name is "." or "..")
        {
            return $"Topic name is invalid: '{name}' is not allowed";
        }

        if (name.Length > MaxLength)
        {
            return $"Topic name is invalid: the length of '{name}' is longer than the max allowed length {MaxLength}";
        }

        return name.AsSpan().ContainsAnyExcept(Allowed)
            ? $"Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
            : null;
    }

    /// <summary>The form in which names that differ only by '.' and '_' are alike (metric names cannot tell them apart).</summary>
    public static string CollisionKey(string name) => name.Replace('.', '_');

    /// <summary>True when <paramref name="name"/> has a character that makes collisions possible.</summary>
    public static bool CanCollide(string name) => name.AsSpan().ContainsAny('.', '_');
}
