using System.Text.RegularExpressions;

namespace Samsa.Cli.Tools.Streams;

/// <summary>Which topics Kafka Streams made for an application: by their names, which begin with the application's id.</summary>
internal static partial class InternalTopics
{
    /// <summary>Whether a topic has the form of an internal topic of the application.</summary>
    public static bool IsOf(string applicationId, string topic) =>
        topic.StartsWith(applicationId + "-", StringComparison.Ordinal)
        && (topic.EndsWith("-changelog", StringComparison.Ordinal)
            || topic.EndsWith("-repartition", StringComparison.Ordinal)
            || topic.EndsWith("-subscription-registration-topic", StringComparison.Ordinal)
            || topic.EndsWith("-subscription-response-topic", StringComparison.Ordinal)
            || ForeignKeyJoin().IsMatch(topic));

    [GeneratedRegex("^.+-KTABLE-FK-JOIN-SUBSCRIPTION-(REGISTRATION|RESPONSE)-[0-9]+-topic$")]
    private static partial Regex ForeignKeyJoin();
}
