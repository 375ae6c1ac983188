using Samsa.Broker.Configuration;

namespace Samsa.Broker.Groups.Assignors;

/// <summary>The assignors that this broker has. Stateless.</summary>
internal static class PartitionAssignors
{
    private static readonly IPartitionAssignor[] Known = [new UniformAssignor(), new RangeAssignor()];

    /// <summary>
    /// The assignor with a name; null when there is none, or <c>group.consumer.assignors</c> does not list it. Classes of Apache Kafka count
    /// as what they are called there.
    /// </summary>
    public static IPartitionAssignor? Find(GroupOptions options, string name)
    {
        foreach (var assignor in Known)
        {
            if (assignor.Name == name && options.ConsumerAssignors.Any(listed => ShortName(listed) == name))
            {
                return assignor;
            }
        }

        return null;
    }

    /// <summary>The first that is listed.</summary>
    public static IPartitionAssignor Default(GroupOptions options) =>
        options.ConsumerAssignors.Select(listed => Find(options, ShortName(listed))).FirstOrDefault(static assignor => assignor is not null) ?? Known[0];

    /// <summary>The names of all that are listed, the default one first.</summary>
    public static IEnumerable<string> Names(GroupOptions options) => options.ConsumerAssignors.Select(ShortName);

    private static string ShortName(string listed) => listed switch
    {
        "org.apache.kafka.coordinator.group.assignor.UniformAssignor" => "uniform",
        "org.apache.kafka.coordinator.group.assignor.RangeAssignor" => "range",
        _ => listed,
    };
}
