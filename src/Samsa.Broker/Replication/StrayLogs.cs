using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Storage.Directories;

namespace Samsa.Broker.Replication;

/// <summary>
/// Logs whose topic was deleted while this broker was away, and nobody could tell it: as in Kafka (with KRaft) they are put aside at the start and never
/// deleted, for a tree of nodes may also be an old one, or the wrong one. Left where they are they would be taken for the next topic of that name, and lose
/// records by the broker's default retention. Stateless.
/// </summary>
internal static class StrayLogs
{
    /// <summary>Puts logs aside whose topic has no node, or a node of a topic with another id.</summary>
    /// <param name="logs">The logs of a broker that serves nobody yet.</param>
    /// <param name="image">The topics.</param>
    /// <param name="topicsInTree">The names of all topics with a node, also of those that are not in the image because it is damaged; null: nobody may know.</param>
    /// <returns>How many there were.</returns>
    public static int PutAside(LogManager logs, MetadataImage image, IReadOnlySet<string>? topicsInTree)
    {
        if (topicsInTree is null)
        {
            return 0;
        }

        var strays = new List<TopicPartition>();
        foreach (var log in logs.Logs)
        {
            var name = log.TopicPartition.Topic;
            var isOther = image.FindTopic(name) is { } topic && topic.Id != Guid.Empty && log.TopicId is { } id && id != topic.Id;
            if (isOther || !topicsInTree.Contains(name))
            {
                strays.Add(log.TopicPartition);
            }
        }

        return strays.Count(logs.PutAside);
    }
}
